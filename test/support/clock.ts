import type { Clock } from '#lib/clock.ts';

/** A clock whose hands a test holds. */
export interface FakeClock extends Clock {
  /** Wall and monotonic time go on together. */
  readonly advance: (ms: number) => void;
  /** Only the wall clock is set, as by NTP or by hand. */
  readonly set: (now: number) => void;
}

/** Stands still at `start` until it is moved; its sleeps end at once, on the next turn of the event loop. */
export function fakeClock(start: number): FakeClock {
  let wall = start;
  let elapsed = 0;
  return {
    now: () => wall,
    monotonic: () => elapsed,
    sleep: async (_ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
    advance: (ms) => {
      wall += ms;
      elapsed += ms;
    },
    set: (now) => {
      wall = now;
    },
  };
}
