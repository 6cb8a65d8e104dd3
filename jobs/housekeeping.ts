import { z } from 'zod';
import { defineJob } from './omega.ts';

/** Closes the hours that ended, and clears away what is older than it is kept. */
export default defineJob({
  name: 'housekeeping',
  summary: 'Closes the hours that ended, and deletes old observations, runs and flips',
  schedule: { cron: '7 * * * *' },
  input: z.object({}),
  policy: { queue: 'maintenance', timeoutMs: 60_000, attempts: 3 },
  async run(_input, { omega, signal, log }) {
    const removed = omega.health.prune();
    const files = await omega.outbox.prune(signal);
    log(`${removed} old records removed`);
    if (files > 0) log(`${files} files of reports that you opened long ago removed`);
    return { removed, files };
  },
});
