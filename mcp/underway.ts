import { AsyncLocalStorage } from 'node:async_hooks';
import { ProtocolError } from '@modelcontextprotocol/client';
import { messageOf } from '#lib/errors.ts';
import { ToolError, type Delivery } from './tool-error.ts';

/** A request on its way, as the transports see it. */
export interface Underway {
  /** What is known of it; whoever sends its bytes or reads its answer moves this on. */
  delivery: Delivery;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Keeps a fault that is about to surface as an error of the SDK's. */
  readonly note: (fault: ToolError) => void;
  /** Ends it with this fault; the SDK then cancels it at the server. */
  readonly fail: (fault: ToolError) => void;
  /** Shown the result as it came, before the SDK checks it; may take out what the SDK need not see. */
  readonly onResult: ((result: Record<string, unknown>) => void) | undefined;
}

export interface TrackOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onResult?: (result: Record<string, unknown>) => void;
}

/** An error that holds a server's words is cut to so many characters. */
const longestQuote = 500;

const requests = new AsyncLocalStorage<Underway>();

/** The request that this code runs for: a transport sends within the call that asked, however deep in the SDK. */
export function currentRequest(): Underway | undefined {
  return requests.getStore();
}

/** Runs what belongs to no request, although one led to it. */
export function outsideRequests<Result>(work: () => Result): Result {
  return requests.exit(work);
}

/**
 * Runs one request of the SDK's, whose timer is ours, and says exactly what is known of it where it fails. Work that
 * sends several, one after the other, is told of by the last.
 * @throws ToolError, or the reason of the signal where the caller gave up; a TimeoutError of its own is a `timeout`.
 */
export async function track<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { signal, timeoutMs, onResult }: TrackOptions,
): Promise<Result> {
  signal.throwIfAborted();
  const own = new AbortController();
  let fault: ToolError | undefined;
  const note = (reason: ToolError): void => void (fault ??= reason);
  const fail = (reason: ToolError): void => {
    note(reason);
    own.abort(reason);
  };
  const request: Underway = { delivery: 'not-sent', signal: own.signal, note, fail, onResult };
  const timer = setTimeout(() => fail(timedOut(timeoutMs, request.delivery)), timeoutMs);
  const giveUp = (): void => own.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await requests.run(request, () => unlessAborted(work(own.signal), own.signal));
  } catch (error) {
    if (fault !== undefined) throw fault;
    if (signal.aborted) throw isTimeout(signal.reason) ? timedOut(null, request.delivery) : signal.reason;
    throw explain(error, request.delivery);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** The SDK does not heed the signal in every step of connecting. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function timedOut(timeoutMs: number | null, delivery: Delivery): ToolError {
  const within = timeoutMs === null ? 'in time' : `within ${timeoutMs} ms`;
  return new ToolError(`The server did not answer ${within}`, { kind: 'timeout', delivery });
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

/** In all of the server's words: whoever knows what is secret in them cuts them. */
function explain(cause: unknown, delivery: Delivery): ToolError {
  if (cause instanceof ToolError) return cause;
  const said = messageOf(cause);
  if (cause instanceof ProtocolError) {
    return new ToolError(`The server refused (${cause.code}): ${said}`, { kind: 'tool-error', delivery: 'replied' });
  }
  if (delivery === 'replied') {
    return new ToolError(`The server's answer makes no sense: ${said}`, { kind: 'tool-error', delivery });
  }
  return new ToolError(`The connection was lost before the answer: ${said}`, { kind: 'lost', delivery });
}

/** A server's words on one line, without control characters, and not too many of them. Secrets are taken out before. */
export function quoted(text: string): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return clean.length > longestQuote ? `${clean.slice(0, longestQuote)}…` : clean;
}
