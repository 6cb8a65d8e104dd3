import type { Attention, Snapshot } from '../snapshot.ts';

/** What waits for the owner: a few at a time, and the rest behind a count. */
export interface Waiting {
  readonly shown: readonly Attention[];
  /** What is shown on asking: nothing is left out. */
  readonly folded: readonly Attention[];
}

const mostShown = 5;
const fewestShown = 3;

/**
 * What is wrong comes first and is shown up to five; what is merely not set up must not drown it, and fills up to three
 * only. The snapshot has them in this order.
 */
export function waitingOf({ attention, checks }: Snapshot): Waiting {
  const notSetUp = new Set(checks.flatMap(({ state, reason }) => (state === 'off' ? [reason] : [])));
  const wrong = attention.filter(({ why }) => !notSetUp.has(why)).length;
  const count = Math.min(mostShown, Math.max(fewestShown, wrong));
  return { shown: attention.slice(0, count), folded: attention.slice(count) };
}
