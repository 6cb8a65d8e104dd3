// What a bot needs of the queue's Redis and of the rest of Omega; `scripts/` joins them.

/** One holder at a time, wherever it runs. Implemented by `queue/lease.ts`. */
export interface Lease {
  /** Resolves to what is held, or to null where somebody else holds it. */
  readonly take: (name: string, options: { readonly ttlMs: number }) => Promise<Held | null>;
}

/** Renewed by itself while it lasts. */
export interface Held extends AsyncDisposable {
  /** Aborted once it was lost, or could not be renewed in time: whoever goes on then is one too many. */
  readonly lost: AbortSignal;
  /** Grows with each holder: what is written with an older one is refused. */
  readonly fence: number;
}

/** So many messages and no more. Implemented by `queue/pace.ts`, in Redis where that answers, else in this process. */
export interface Pace {
  /** Resolves when the bot may speak in that chat (null: no chat). */
  readonly turn: (whose: { readonly bot: string; readonly chat: string | null }, signal: AbortSignal) => Promise<void>;
  /** The whole bot keeps silent for so long: Telegram said so. */
  readonly hold: (bot: string, ms: number) => Promise<void>;
}

/** What came in and is not handled yet, so that a kill loses none and handles none twice. Implemented by `queue/inbox.ts`. */
export interface Inbox {
  /** What to ask for next: one more than the last update that was kept; 0: none was. */
  readonly offset: () => Promise<number>;
  /** Keeps those that are new and moves the offset, in one step; an older fence than the last is refused (false). */
  readonly keep: (updates: readonly KeptUpdate[], fence: number) => Promise<boolean>;
  /** The oldest that waits and is not in hand already; null: none is. */
  readonly next: (inHand: ReadonlySet<number>) => Promise<KeptUpdate | null>;
  /** It was handled. */
  readonly done: (id: number) => Promise<void>;
}

export interface KeptUpdate {
  readonly id: number;
  /** As it came, JSON. */
  readonly update: unknown;
}

/**
 * Asks for a job, and waits a while for its end. The same `id` is run once only, and asked again tells how that went.
 * Rejects where it could not be asked for.
 */
export type Perform = (
  job: string,
  input: unknown,
  options: { readonly id: string; readonly signal: AbortSignal },
) => Promise<JobEnd>;

/** How a job ended; `open`: it waits or runs yet; `left`: it was left out, such as because another one runs. */
export type JobEnd =
  | { readonly state: 'done'; readonly result: unknown }
  | { readonly state: 'failed' | 'left' | 'open' };
