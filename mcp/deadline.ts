/** A signal that is aborted by another one, or after so many milliseconds. Disposing it leaves nothing behind. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
}

/** Why a wait ended that took too long. */
export const timeIsUp = Symbol('time is up');

/** Unlike `AbortSignal.any` and `timeout` it costs nothing once it is over: there may be thousands a second. */
export function createDeadline(signals: readonly AbortSignal[], ms: number): Deadline {
  const controller = new AbortController();
  const end = performance.now() + ms;
  const timer = setTimeout(() => controller.abort(timeIsUp), ms);
  const onAbort = (event: Event): void => {
    if (event.target instanceof AbortSignal) controller.abort(event.target.reason);
  };
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', onAbort, { once: true });
  }
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, end - performance.now()),
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Resolves as the promise does, or rejects with the signal's reason where that comes first. */
export async function before<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
