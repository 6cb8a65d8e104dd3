import { defineCheck, type Finding } from '../check.ts';
import { isTimeSynchronized } from '../host/time-sync.ts';

/** Whether this machine's clock follows the time of the network: schedules, deadlines and certificates go by it. */
export default defineCheck({
  id: 'time-sync',
  name: { en: 'Network time', nl: 'Netwerktijd' },
  group: 'host',
  everyMs: 15 * 60_000,
  timeoutMs: 5000,
  headline: { degraded: { en: 'The clock is not kept right', nl: 'De klok wordt niet gelijkgezet' } },
  run: async ({ signal }) => judgeTimeSync(await isTimeSynchronized(signal)),
});

/** Null: nobody tells. */
export function judgeTimeSync(isSynchronized: boolean | null): Finding {
  if (isSynchronized === null) {
    const reason = {
      en: 'This system does not say whether its clock is kept right',
      nl: 'Dit systeem zegt niet of de klok gelijk wordt gezet',
    };
    return { status: 'off', reason };
  }
  if (isSynchronized) {
    return { status: 'ok', reason: { en: 'Follows the time of the network', nl: 'Volgt de tijd van het netwerk' } };
  }
  const reason = { en: 'Does not follow the time of the network', nl: 'Volgt de tijd van het netwerk niet' };
  const what = { en: 'Have the clock kept right', nl: 'Laat de klok gelijkzetten' };
  return { status: 'warn', reason, todo: { what, command: 'sudo timedatectl set-ntp true', minutes: 2 } };
}
