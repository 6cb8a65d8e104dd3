/**
 * A function that does `work` at once, and at most once in so many milliseconds: what comes in between is one more time
 * at their end. Nothing happens once the signal is aborted.
 */
export function atMostEvery(ms: number, work: () => void, signal: AbortSignal): () => void {
  let isResting = false;
  let isWanted = false;

  function ask(): void {
    isWanted = true;
    if (isResting || signal.aborted) return;
    isResting = true;
    isWanted = false;
    setTimeout(wake, ms).unref();
    work();
  }

  function wake(): void {
    isResting = false;
    if (isWanted) ask();
  }

  return ask;
}
