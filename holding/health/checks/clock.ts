import { codeOf, messageOf } from '#lib/errors.ts';
import { defineCheck, type Finding } from '../check.ts';

const skewedMs = 1000;

/** Whether this machine and the one that keeps the queue agree on the time: ticks are named by it. */
export default defineCheck({
  id: 'clock',
  name: 'Clock',
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  dependsOn: ['redis'],
  headline: { degraded: 'The clocks of two machines differ' },
  run: async ({ probes, signal }) => {
    try {
      return judgeSkew(await probes.queue.clockSkewMs());
    } catch (error) {
      signal.throwIfAborted();
      if (codeOf(error) === 'E_NO_QUEUE') throw error;
      return { status: 'unknown', reason: `Redis could not be asked for its time: ${messageOf(error)}` };
    }
  },
});

/** What a difference in milliseconds means; ahead is positive. */
export function judgeSkew(skewMs: number): Finding {
  const size = Math.abs(skewMs);
  if (size <= skewedMs) return { status: 'ok', reason: 'Agrees with the clock of Redis' };
  const how = `${(size / 1000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the clock of Redis`;
  return {
    status: 'warn',
    reason: how,
    todo: { what: 'Set the clocks right', command: 'timedatectl set-ntp true', minutes: 2 },
  };
}
