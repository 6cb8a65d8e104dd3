/** What it resolves to, or a rejection as soon as nobody may wait for it any more, whatever it does about that itself. */
export async function orAborted<Result>(doing: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const over = Promise.withResolvers<never>();
  const stop = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([doing, over.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
