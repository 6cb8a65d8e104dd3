/** A bot's way to Telegram: one call, one answer. Implemented on telegraf; a test has its own server, not its own transport. */
export interface BotTransport {
  /** Before the colon of its token: which bot it is. */
  readonly botId: string;
  /**
   * Resolves to the `result` of the answer, as it came: whoever asks parses it. Waits its turn first, but for `getUpdates`.
   * @throws BotFault for everything else; its message never holds the token or what was sent.
   */
  readonly call: (method: string, payload: Readonly<Record<string, unknown>>, options: CallOptions) => Promise<unknown>;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** 15 s and 1 s more for each 100 kB of a file, unless said. */
  readonly timeoutMs?: number;
}

/** A file in a payload. */
export interface BotFile {
  readonly source: Uint8Array;
  readonly filename: string;
}

/**
 * What became of a call that did not succeed. `refused`: it never will (400, 403, 404, 413); `unauthorized`: the token
 * holds no more (401, and 404 of the bot itself); `conflict`: another one polls, or a webhook is set (409); `wait`: too
 * many calls (429); `unreachable`: nothing was taken (no connection, 5xx); `unanswered`: it was sent, and what came back
 * was no answer of the API's, or nothing: nobody knows whether it took effect.
 */
export type BotFaultKind = 'refused' | 'unauthorized' | 'conflict' | 'wait' | 'unreachable' | 'unanswered';

/** The one error of a {@link BotTransport}. */
export class BotFault extends Error {
  override readonly name = 'BotFault';
  readonly kind: BotFaultKind;
  /** As HTTP has it; null: there was no answer. */
  readonly status: number | null;
  /** How long to wait, in milliseconds; 0 unless it is a `wait`. */
  readonly retryAfterMs: number;
  /** The chat's new id, where it became a supergroup. */
  readonly migratedTo: string | null;

  constructor(
    message: string,
    { kind, status = null, retryAfterMs = 0, migratedTo = null, cause }: Partial<BotFault> & { kind: BotFaultKind },
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.migratedTo = migratedTo;
  }
}
