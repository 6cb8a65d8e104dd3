import { z } from 'zod';
import { defineJob } from './omega.ts';

/** Clears away what is older than it is kept. */
export default defineJob({
  name: 'housekeeping',
  summary: 'Deletes old observations, runs and flips',
  schedule: { cron: '30 3 * * *', timezone: 'local', daylightSaving: 'once' },
  input: z.object({}),
  policy: { queue: 'maintenance', timeoutMs: 60_000, attempts: 3 },
  async run(_input, { omega, log }) {
    const removed = omega.health.prune();
    log(`${removed} old records removed`);
    return { removed };
  },
});
