/** So many quick exits in a row are started again at once. */
const freeRestarts = 3;
const firstDelayMs = 500;
const longestDelayMs = 60_000;
/** A process that was ready for so long has recovered: its next exit counts as the first. */
const steadyAfterMs = 10_000;

/** How long to wait before a service is started again. */
export interface Backoff {
  /** After an exit: given how long it had been ready in milliseconds, null: never; resolves to the wait. */
  readonly afterExit: (readyForMs: number | null) => number;
  /** Somebody set a hand to it: count anew. */
  readonly reset: () => void;
}

/** 0, 0, 0, then 0.5 s doubling to 60 s; only exits before 10 s of ready count, and 10 s of ready forgive all. */
export function createBackoff(): Backoff {
  let quickExits = 0;
  return {
    afterExit: (readyForMs) => {
      const wasSteady = readyForMs !== null && readyForMs >= steadyAfterMs;
      quickExits = wasSteady ? 0 : quickExits + 1;
      return delayAfter(quickExits);
    },
    reset: () => {
      quickExits = 0;
    },
  };
}

function delayAfter(quickExits: number): number {
  const doublings = quickExits - freeRestarts - 1;
  return doublings < 0 ? 0 : Math.min(firstDelayMs * 2 ** doublings, longestDelayMs);
}
