import { z } from 'zod';
import type { JobEnd, Perform } from '#holding/telegram/needs.ts';
import { systemClock } from '#lib/clock.ts';
import { findJob, type Queues } from '#queue/queues.ts';

/** So long the owner waits for an answer; what takes longer is told to go on. */
const patienceMs = 20_000;
const pollEveryMs = 150;

/** A run that was left out says so in its result. */
const LeftOut = z.object({ skipped: z.string() }).or(z.object({ stale: z.string() }));

/** Asks the worker for jobs, wherever that runs. */
export function performIn<Omega>(queues: Queues<Omega>): Perform {
  return async (name, input, { id, signal }) => {
    const queue = queues.get(findJob(queues.jobs, name).policy.queue);
    await queues.enqueue(name, input, { id, reason: 'manual' });
    const until = systemClock.monotonic() + patienceMs;
    while (systemClock.monotonic() < until) {
      const state = await queue.getJobState(id);
      if (state === 'failed') return { state: 'failed' };
      if (state === 'completed') return endOf((await queue.getJob(id))?.returnvalue);
      await systemClock.sleep(pollEveryMs, signal);
    }
    return { state: 'open' };
  };
}

function endOf(result: unknown): JobEnd {
  return LeftOut.safeParse(result).success ? { state: 'left' } : { state: 'done', result };
}
