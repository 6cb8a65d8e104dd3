const secondMs = 1000;
const hourMs = 3600 * secondMs;
const dayMs = 24 * hourMs;

const firstMs = 5 * secondMs;
const longestMs = hourMs;
const jitter = 0.2;

/** So long something is tried before it is a dead letter; and at least so often, for a machine may have slept. */
const patienceMs = 7 * dayMs;
const fewestAttempts = 12;

/** How long to wait after so many attempts that failed: 5 s doubling to an hour, a fifth more or less by `random` in [0, 1). */
export function waitAfter(attempts: number, random: number): number {
  const wait = Math.min(firstMs * 2 ** Math.max(0, attempts - 1), longestMs);
  return Math.round(wait * (1 - jitter + 2 * jitter * random));
}

/** Whether it was tried for so long, and so often, that it is given up. */
export function isGivenUp({
  triedForMs,
  attempts,
}: {
  readonly triedForMs: number;
  readonly attempts: number;
}): boolean {
  return triedForMs >= patienceMs && attempts >= fewestAttempts;
}
