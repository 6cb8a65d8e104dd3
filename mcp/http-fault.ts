import { ToolError } from './tool-error.ts';

/** What an HTTP answer means for a call. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** True where the request named a session, which a 404 then says is gone. */
  readonly hadSession: boolean;
}

/**
 * The fault that an answer of this status is; null where it is for the SDK to read: success, and refusals in the
 * protocol's own words.
 */
export function httpFault({ status, headers, hadSession }: HttpAnswer): ToolError | null {
  if (status === 429 || (status === 403 && isLimit(headers))) return rateLimited(status, headers);
  if (status === 401 || status === 403) {
    return new ToolError(`The server refuses our credentials (HTTP ${status})`, {
      kind: 'auth',
      delivery: 'replied',
      hint: 'Check the token that its entry in mcp.json names: that it is whole, not expired, and may do this.',
    });
  }
  if (status === 404 && hadSession) {
    return new ToolError('The server has forgotten our session', { kind: 'lost', delivery: 'not-sent' });
  }
  if (status >= 300 && status < 400) return redirected(status, headers.get('location'));
  if (status < 500) return null;
  return new ToolError(`The server failed (HTTP ${status})`, { kind: 'lost', delivery: 'unknown' });
}

/** GitHub says 403 to a caller that asks too often, and when to come back. */
function isLimit(headers: Headers): boolean {
  return headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0';
}

function rateLimited(status: number, headers: Headers): ToolError {
  const retryAfterMs = readRetryAfter(headers, Date.now());
  return new ToolError(`The server asks us to slow down (HTTP ${status})`, {
    kind: 'rate-limited',
    delivery: 'replied',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** `Retry-After` in seconds or as a date, or GitHub's second of the epoch; milliseconds from now. */
function readRetryAfter(headers: Headers, now: number): number | undefined {
  const after = headers.get('retry-after');
  if (after !== null && /^\d{1,9}$/.test(after.trim())) return Number(after) * 1000;
  const at = after === null ? Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1000 : Date.parse(after);
  return Number.isFinite(at) ? Math.max(0, at - now) : undefined;
}

function redirected(status: number, location: string | null): ToolError {
  const whereTo = location === null ? 'elsewhere' : originOf(location);
  return new ToolError(`The server sends us on to ${whereTo} (HTTP ${status}), where we do not follow`, {
    kind: 'lost',
    delivery: 'replied',
    hint: 'If that is the right place, write it as the url of its entry in mcp.json.',
  });
}

/** Its path and query could hold anything. */
function originOf(location: string): string {
  return URL.parse(location)?.origin ?? 'another path of its own';
}
