import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';

/** What went wrong last, and how long it is too early to try again: twice as long each time. */
export interface Setback {
  /** Says whether it is another one than before. */
  readonly note: (error: unknown) => boolean;
  /** It works; says whether it did not before. */
  readonly clear: () => boolean;
  /** What would be met again; null: nothing, or it is time to try. */
  readonly current: () => Error | null;
  /** In words; null: it works. */
  readonly words: () => string | null;
}

const firstWaitMs = 2000;
const longestWaitMs = 10_000;

export function createSetback(clock: Pick<Clock, 'monotonic'>): Setback {
  let last: { readonly error: Error; readonly until: number; readonly waitMs: number } | null = null;
  return {
    note: (thrown) => {
      const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
      const isOther = last === null || messageOf(last.error) !== messageOf(error);
      const waitMs = last === null ? firstWaitMs : Math.min(longestWaitMs, 2 * last.waitMs);
      last = { error, waitMs, until: clock.monotonic() + waitMs };
      return isOther;
    },
    clear: () => {
      const had = last !== null;
      last = null;
      return had;
    },
    current: () => (last !== null && clock.monotonic() < last.until ? last.error : null),
    words: () => (last === null ? null : messageOf(last.error)),
  };
}
