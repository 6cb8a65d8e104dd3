import { setTimeout as delay } from 'node:timers/promises';

/** Time as code sees it; passed in, so that a test can hold the hands. */
export interface Clock {
  /** Wall time in milliseconds since the epoch; may jump when the machine's clock is set. */
  readonly now: () => number;
  /** Milliseconds since an arbitrary start; never goes back. */
  readonly monotonic: () => number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

/** A clock may be mended by so much without making what was written before a thing of the future. */
const clockToleranceMs = 5000;

/** What may be claimed now of something that was made at one time and holds until another; only `fresh` is current. */
export function freshnessOf(
  { generatedAt, staleAfter }: { readonly generatedAt: number; readonly staleAfter: number },
  now: number,
): 'fresh' | 'stale' | 'future' {
  if (generatedAt > now + clockToleranceMs) return 'future';
  return now > staleAfter ? 'stale' : 'fresh';
}
