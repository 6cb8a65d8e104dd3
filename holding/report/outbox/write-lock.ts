import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { tryFileLock } from '#lib/file-lock.ts';

/** Does one work at a time, in this process and in all others. */
export type Exclusive = <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;

const askEveryMs = 50;

/**
 * By a lock on that file, which ends with the process.
 * @throws OmegaError `E_OUTBOX_BUSY`, exit code 75, where another process does not let go of it in time.
 */
export function exclusiveBy(path: string, clock: Clock, patienceMs = 20_000): Exclusive {
  let previous: Promise<unknown> = Promise.resolve();
  return (work, signal) => {
    const working = previous.then(async () => {
      using _lock = await take();
      return await work();
    });
    previous = Promise.allSettled([working]);
    return working;

    async function take(): Promise<Disposable> {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      for (const until = clock.monotonic() + patienceMs; ; await clock.sleep(askEveryMs, signal)) {
        signal.throwIfAborted();
        const lock = tryFileLock(path, 0);
        if (lock !== null) return lock;
        if (clock.monotonic() >= until) throw busy();
      }
    }
  };
}

function busy(): OmegaError {
  return new OmegaError('Another process seals or sends reports at this moment.', {
    code: 'E_OUTBOX_BUSY',
    hint: 'Try again in a minute; npm run jobs -- list shows whether the job report-send runs.',
    exitCode: 75,
  });
}
