import type { Words } from '#lib/language.ts';
import { defineCheck, type AlertStanding, type Finding } from '../check.ts';
import { ageWords, amountOf } from '../views/wording.ts';

const lateMs = 5 * 60_000;
const tooLateMs = 30 * 60_000;
/** So much of why it failed is told. */
const longestFault = 120;

/** Whether what is to be told gets through: an alert that nobody hears is as good as none. */
export default defineCheck({
  id: 'alerts',
  name: { en: 'Alerts', nl: 'Meldingen' },
  group: 'reports',
  everyMs: 60_000,
  timeoutMs: 5000,
  headline: {
    degraded: { en: 'Alerts are late', nl: 'Meldingen zijn te laat' },
    down: { en: 'Alerts do not get through', nl: 'Meldingen komen niet aan' },
  },
  run: async ({ probes, clock }) => judgeAlerts(probes.alerts(), clock.now()),
});

/** An alert that is due has minutes to get through: it is tried again by itself. */
export function judgeAlerts({ undelivered, oldestDueAt, fault }: AlertStanding, now: number): Finding {
  if (undelivered === 0)
    return { status: 'ok', reason: { en: 'Every alert got through', nl: 'Elke melding is bezorgd' } };
  const waitedMs = oldestDueAt === null ? 0 : now - oldestDueAt;
  const reason = waiting(undelivered, waitedMs, fault);
  if (waitedMs <= lateMs) return { status: 'ok', reason };
  const what = { en: 'See why alerts do not get through', nl: 'Kijk waarom meldingen niet aankomen' };
  const todo = { what, command: 'npm run job:alert-send', minutes: 5 };
  return { status: waitedMs > tooLateMs ? 'fail' : 'warn', reason, todo };
}

const alertNoun = { one: { en: 'alert', nl: 'melding' }, many: { en: 'alerts', nl: 'meldingen' } };

function waiting(undelivered: number, waitedMs: number, fault: string | null): Words {
  const [count, age] = [amountOf(undelivered, alertNoun), ageWords(waitedMs)];
  const why = fault === null ? '' : `: ${fault.slice(0, longestFault)}`;
  return {
    en: `${count.en} on the way, the oldest for ${age.en}${why}`,
    nl: `${count.nl} onderweg, de oudste al ${age.nl}${why}`,
  };
}
