import type { Words } from '#lib/language.ts';
import { defineCheck, type Finding, type JobDeadline } from '../check.ts';
import { joined } from '../views/wording.ts';

/** The dead man's switch: each scheduled job must have succeeded by its deadline, whatever the reason that it did not. */
export default defineCheck({
  id: 'scheduler',
  name: { en: 'Scheduled jobs', nl: 'Geplande taken' },
  group: 'jobs',
  everyMs: 60_000,
  timeoutMs: 5000,
  // After a start the last deadlines may be long past, and are made up for within its first minute.
  failAfter: 4,
  dependsOn: ['queue-canary'],
  headline: { down: { en: 'A scheduled job is overdue', nl: 'Een geplande taak is te laat' } },
  run: async ({ probes, clock }) => judgeDeadlines(await probes.queue.deadlines(), clock.now()),
});

/** Names the jobs that are overdue. */
export function judgeDeadlines(deadlines: readonly JobDeadline[], now: number): Finding {
  if (deadlines.length === 0) {
    return { status: 'unknown', reason: { en: 'No scheduled job is known', nl: 'Er is geen geplande taak bekend' } };
  }
  const overdue = deadlines.filter(({ deadlineAt }) => now > deadlineAt);
  if (overdue.length === 0) {
    const count = deadlines.length;
    return { status: 'ok', reason: { en: `None of ${count} is overdue`, nl: `Geen van de ${count} is te laat` } };
  }
  const named = joined(overdue.map(nameOverdue), ', ');
  return { status: 'fail', reason: { en: `Overdue: ${named.en}`, nl: `Te laat: ${named.nl}` } };
}

/** How a run ends. */
const inDutch: Readonly<Record<string, string>> = {
  done: 'gelukt',
  failed: 'mislukt',
  dead: 'opgegeven',
  interrupted: 'onderbroken',
  skipped: 'overgeslagen',
  stale: 'te laat',
  missed: 'gemist',
};

function nameOverdue({ job, lastOutcome }: JobDeadline): Words {
  return {
    en: `${job} (last outcome: ${lastOutcome ?? 'never ran'})`,
    nl: `${job} (laatste afloop: ${inDutch[lastOutcome ?? ''] ?? lastOutcome ?? 'nooit gedraaid'})`,
  };
}
