import { codeOf, messageOf } from '#lib/errors.ts';
import { defineCheck } from '../check.ts';

/** A job that takes this long through an idle queue waits for something. */
const slowMs = 2000;

/** Sends a job through the queue and back: a PING would miss a full, read-only or stuck Redis. */
export default defineCheck({
  id: 'queue-canary',
  name: { en: 'Queue', nl: 'Wachtrij' },
  group: 'daemons',
  everyMs: 60_000,
  timeoutMs: 5000,
  dependsOn: ['redis'],
  headline: {
    degraded: { en: 'The queue is slow', nl: 'De wachtrij is traag' },
    down: { en: 'The queue carries no jobs', nl: 'De wachtrij vervoert geen taken' },
  },
  run: async ({ probes, signal }) => {
    try {
      const latencyMs = await probes.queue.canary(signal);
      return latencyMs > slowMs
        ? { status: 'warn', latencyMs, reason: { en: 'A job went through, slowly', nl: 'Een taak kwam erdoor, traag' } }
        : { status: 'ok', latencyMs, reason: { en: 'A job went through and back', nl: 'Een taak ging heen en terug' } };
    } catch (error) {
      signal.throwIfAborted();
      if (codeOf(error) === 'E_NO_QUEUE') throw error;
      const why = messageOf(error);
      return { status: 'fail', reason: { en: `No job goes through: ${why}`, nl: `Er komt geen taak door: ${why}` } };
    }
  },
});
