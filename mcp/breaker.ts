import type { Clock } from '#lib/clock.ts';

/** Keeps a server that fails again and again from being started or asked again and again. */
export interface Breaker {
  /**
   * `backoff`: it waits before the next start; `open`: after five faults in a row nothing is let through, until one
   * trial at a time (`half-open`) shows how it stands.
   */
  readonly state: () => 'closed' | 'backoff' | 'open' | 'half-open';
  /** Milliseconds until it may be started, or tried once, again; 0: now. */
  readonly waitMs: () => number;
  /** Begins a trial where one is due; null where nothing may pass. Ended by its verdict, or by this function. */
  readonly admit: () => (() => void) | null;
  /** `begunAt` (monotonic): faults of things that were under way together count as one. */
  readonly fault: (begunAt: number) => void;
  /** It answered. */
  readonly success: () => void;
}

const firstWaitMs = 500;
const longestWaitMs = 60_000;
const faultsToOpen = 5;
/** A share of each wait is chance, so that servers that fell together do not rise together. */
const jitter = 0.25;

/** Closed until there are faults. */
export function createBreaker(clock: Pick<Clock, 'monotonic'>, random: () => number = Math.random): Breaker {
  let faults = 0;
  let until = 0;
  let lastFaultAt = Number.NEGATIVE_INFINITY;
  let trial: object | null = null;
  const waitMs = (): number => (faults === 0 ? 0 : Math.max(0, until - clock.monotonic()));
  return {
    state: () => {
      if (faults >= faultsToOpen) return trial === null ? 'open' : 'half-open';
      return waitMs() > 0 ? 'backoff' : 'closed';
    },
    waitMs,
    admit: () => {
      if (faults < faultsToOpen) return () => {};
      if (trial !== null || waitMs() > 0) return null;
      const mine = {};
      trial = mine;
      return () => {
        if (trial === mine) trial = null;
      };
    },
    fault: (begunAt) => {
      if (begunAt < lastFaultAt) return;
      faults += 1;
      trial = null;
      lastFaultAt = clock.monotonic();
      const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(faults - 1, 20));
      until = lastFaultAt + wait * (1 - jitter + 2 * jitter * random());
    },
    success: () => {
      faults = 0;
      trial = null;
    },
  };
}
