import { z } from 'zod';
import { defineJob } from './omega.ts';

/** Answers at once: what the heartbeat sends through the queue to see that it carries. */
export default defineJob({
  name: 'canary',
  summary: 'Answers at once; shows that the queue carries a job and back',
  schedule: null,
  input: z.object({}),
  policy: { queue: 'canary', timeoutMs: 5000, overlap: 'allow' },
  run: async () => 'sings',
});
