import { z } from 'zod';
import { defineTestJob } from './queue.ts';

/** What comes of an update: done once, for its job has the update's number as its id. */
export const stormJob = defineTestJob({
  name: 'storm',
  summary: 'notes that an update was handled',
  schedule: null,
  input: z.object({ text: z.string() }),
  policy: { queue: 'system', timeoutMs: 10_000, overlap: 'allow' },
  run: async ({ text }, { omega }) => void omega.did.push(text),
});

/** What a poller in a storm is told: as JSON on its command line. */
export const StormOrders = z.object({
  redis: z.object({ path: z.string(), password: z.string() }),
  prefix: z.string(),
  root: z.string(),
  token: z.string(),
  owner: z.int(),
});
export type StormOrders = z.infer<typeof StormOrders>;

/** In real milliseconds; a second of Telegram's lasts a fiftieth of one there. */
export const stormTimes = { leaseMs: 500, openMs: 10_000, giveUpMs: 1500, webhookMs: 1000, longestPauseMs: 5000 };
export const stormSecondMs = 20;
