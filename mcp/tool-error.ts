import { OmegaError } from '#lib/errors.ts';

/** How a call of a tool can fail. */
export const toolErrorKinds = [
  'denied', // allow-list, mandate, arguments: nothing was sent
  'busy', // too many calls wait for this server
  'open', // the breaker is open after repeated faults
  'start', // the server could not be started or connected to
  'timeout',
  'lost', // the connection ended before the answer
  'too-large', // the answer is over a bound; the connection lives
  'tool-error', // the tool ran and says that it failed
  'rate-limited', // by the server, or by our own limit
  'auth', // the server refuses our credentials, or they are missing
  'pin-mismatch', // a tool is not what was approved
] as const;
export type ToolErrorKind = (typeof toolErrorKinds)[number];

/**
 * What is known of a failed call's request. Only `not-sent` may always be tried again; `unknown` only where the tool
 * is idempotent; `replied` never.
 */
export type Delivery = 'not-sent' | 'unknown' | 'replied';

export interface ToolErrorOptions {
  readonly kind: ToolErrorKind;
  readonly delivery: Delivery;
  /** What the owner or the caller can do about it. */
  readonly hint?: string;
  /** Earliest sensible next try, in milliseconds from now, where it is known. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** A call of a tool that gave no result. Its code is `E_TOOL_` and the kind: `E_TOOL_RATE_LIMITED`. */
export class ToolError extends OmegaError {
  readonly kind: ToolErrorKind;
  readonly delivery: Delivery;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { kind, delivery, hint, retryAfterMs, cause }: ToolErrorOptions) {
    super(message, {
      code: `E_TOOL_${kind.replaceAll('-', '_').toUpperCase()}`,
      permanent: ['denied', 'auth', 'pin-mismatch'].includes(kind),
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.kind = kind;
    this.delivery = delivery;
    this.retryAfterMs = retryAfterMs;
  }
}
