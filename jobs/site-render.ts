import { z } from 'zod';
import { defineJob } from './omega.ts';

/** So many files are told by name. */
const named = 3;

/**
 * Draws the site from the latest snapshot. The heartbeat asks for it after each look that it publishes; its own tick, ten seconds past
 * the minute, is the net for when that could not be queued.
 */
export default defineJob({
  name: 'site-render',
  summary: 'Draws the status pages from the latest snapshot',
  schedule: { cron: '10 * * * * *', windowMs: 3_600_000 },
  input: z.object({}),
  policy: {
    queue: 'system',
    timeoutMs: 15_000,
    staleAfterMs: 60_000,
    attempts: 3,
    backoffMs: 2000,
    maxStarts: 20, // It is queued at each start of the worker, and so is near each of its deaths without being their cause.
    overlap: 'coalesce',
    withoutRedis: true,
  },
  run: async (_input, { omega, signal, log }) => {
    const { written, cpuMs } = await omega.site.render(signal);
    const more = written.length > named ? ` and ${written.length - named} more` : '';
    log(`Wrote ${written.slice(0, named).join(', ') || 'nothing'}${more} with ${cpuMs.toFixed(1)} ms of CPU`);
    return { written: written.length, cpuMs };
  },
});
