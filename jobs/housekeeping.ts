import { z } from 'zod';
import { defineJob } from './omega.ts';

/** Closes the hours that ended, and clears away what is older than it is kept. */
export default defineJob({
  name: 'housekeeping',
  summary: 'Closes the hours that ended, and deletes old observations, runs and flips',
  schedule: { cron: '7 * * * *' },
  input: z.object({}),
  policy: { queue: 'maintenance', timeoutMs: 60_000, attempts: 3 },
  async run(_input, { omega, log }) {
    const removed = omega.health.prune();
    log(`${removed} old records removed`);
    return { removed };
  },
});
