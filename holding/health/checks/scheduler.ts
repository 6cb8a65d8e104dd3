import { defineCheck, type Finding, type JobDeadline } from '../check.ts';

/** The dead man's switch: each scheduled job must have succeeded by its deadline, whatever the reason that it did not. */
export default defineCheck({
  id: 'scheduler',
  name: 'Scheduled jobs',
  group: 'jobs',
  everyMs: 60_000,
  timeoutMs: 5000,
  dependsOn: ['queue-canary'],
  headline: { down: 'A scheduled job is overdue' },
  run: async ({ probes, clock }) => judgeDeadlines(await probes.queue.deadlines(), clock.now()),
});

/** Names the jobs that are overdue. */
export function judgeDeadlines(deadlines: readonly JobDeadline[], now: number): Finding {
  if (deadlines.length === 0) return { status: 'unknown', reason: 'No scheduled job is known' };
  const overdue = deadlines.filter(({ deadlineAt }) => now > deadlineAt);
  if (overdue.length === 0) return { status: 'ok', reason: `None of ${deadlines.length} is overdue` };
  const named = overdue.map(({ job, lastOutcome }) => `${job} (last outcome: ${lastOutcome ?? 'never ran'})`);
  return { status: 'fail', reason: `Overdue: ${named.join(', ')}` };
}
