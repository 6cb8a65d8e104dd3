import { z } from 'zod';
import { defineJob } from './omega.ts';

/**
 * Tells the owner what waits to be told. The heartbeat asks for it when it wrote an alert down; its own tick, twenty
 * seconds past the minute, is the net for when that could not be queued, and tells what was held until now.
 */
export default defineJob({
  name: 'alert-send',
  summary: 'Delivers the alerts that are due',
  schedule: { cron: '20 * * * * *', windowMs: 3_600_000 },
  input: z.object({}),
  policy: {
    queue: 'system',
    timeoutMs: 60_000,
    staleAfterMs: 60_000,
    attempts: 3,
    backoffMs: 2000,
    maxStarts: 20, // It may be near a death of the worker without being its cause; what was not told is told again.
    overlap: 'coalesce',
    withoutRedis: true,
  },
  run: async (_input, { omega, signal, log }) => {
    const { delivered, waiting } = await omega.alerts.deliver(signal);
    log(`Delivered ${delivered}; ${waiting} wait`);
    return { delivered, waiting };
  },
});
