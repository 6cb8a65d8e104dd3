import { codeOf, messageOf } from '#lib/errors.ts';
import { defineCheck, type Finding } from '../check.ts';
import { decimal } from '../views/wording.ts';

const skewedMs = 1000;

/** Whether this machine and the one that keeps the queue agree on the time: ticks are named by it. */
export default defineCheck({
  id: 'clock',
  name: { en: 'Clock', nl: 'Klok' },
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  dependsOn: ['redis'],
  headline: { degraded: { en: 'The clocks of two machines differ', nl: 'De klokken van twee machines verschillen' } },
  run: async ({ probes, signal }) => {
    try {
      return judgeSkew(await probes.queue.clockSkewMs());
    } catch (error) {
      signal.throwIfAborted();
      if (codeOf(error) === 'E_NO_QUEUE') throw error;
      const why = messageOf(error);
      const reason = {
        en: `Redis could not be asked for its time: ${why}`,
        nl: `De tijd kon niet aan Redis gevraagd worden: ${why}`,
      };
      return { status: 'unknown', reason };
    }
  },
});

/** What a difference in milliseconds means; ahead is positive. */
export function judgeSkew(skewMs: number): Finding {
  const size = Math.abs(skewMs);
  if (size <= skewedMs) {
    return { status: 'ok', reason: { en: 'Agrees with the clock of Redis', nl: 'Loopt gelijk met de klok van Redis' } };
  }
  const seconds = decimal(size / 1000, 1);
  const what = { en: 'Set the clocks right', nl: 'Zet de klokken gelijk' };
  return {
    status: 'warn',
    reason: {
      en: `${seconds.en} s ${skewMs > 0 ? 'ahead of' : 'behind'} the clock of Redis`,
      nl: `Loopt ${seconds.nl} s ${skewMs > 0 ? 'voor' : 'achter'} op de klok van Redis`,
    },
    todo: { what, command: 'timedatectl set-ntp true', minutes: 2 },
  };
}
