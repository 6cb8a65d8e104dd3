import { codeOf, messageOf } from '#lib/errors.ts';
import { defineCheck } from '../check.ts';

/** A job that takes this long through an idle queue waits for something. */
const slowMs = 2000;

/** Sends a job through the queue and back: a PING would miss a full, read-only or stuck Redis. */
export default defineCheck({
  id: 'queue-canary',
  name: 'Queue',
  group: 'daemons',
  everyMs: 60_000,
  timeoutMs: 5000,
  dependsOn: ['redis'],
  headline: { degraded: 'The queue is slow', down: 'The queue carries no jobs' },
  run: async ({ probes, signal }) => {
    try {
      const latencyMs = await probes.queue.canary(signal);
      return latencyMs > slowMs
        ? { status: 'warn', latencyMs, reason: 'A job went through, slowly' }
        : { status: 'ok', latencyMs, reason: 'A job went through and back' };
    } catch (error) {
      signal.throwIfAborted();
      if (codeOf(error) === 'E_NO_QUEUE') throw error;
      return { status: 'fail', reason: `No job goes through: ${messageOf(error)}` };
    }
  },
});
