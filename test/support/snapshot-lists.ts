import type { ReportLine, Snapshot } from '#holding/health/snapshot.ts';

type Job = NonNullable<Snapshot['jobs']>[number];

const minute = 60_000;
const day = 86_400_000;

/** Scheduled jobs, of which one has never run. */
export function jobs(at: number): [Job, ...Job[]] {
  const job = (name: string, schedule: string, next: number): Job => ({
    name,
    schedule,
    lastSuccessAt: at - 6000,
    lastOutcome: 'done',
    lastDurationMs: 412,
    nextDueAt: at + next,
    deadlineAt: at + next + minute,
  });
  return [
    job('heartbeat', '* * * * * UTC', minute),
    job('site-render', '10 * * * * * UTC', minute),
    {
      ...job('housekeeping', '30 3 * * * Europe/Amsterdam', 0.8 * day),
      lastSuccessAt: null,
      lastOutcome: null,
      lastDurationMs: null,
    },
    job('alert-send', '20 * * * * * UTC', minute),
    job('trend-report', '30 6 * * * Europe/Amsterdam', 0.9 * day),
    job('memory-index', '*/5 * * * * UTC', 5 * minute),
    job('memory-consolidate', '10 4 * * * Europe/Amsterdam', 0.8 * day),
  ];
}

/** A unit with budgets to spare. */
export function units(at: number): NonNullable<Snapshot['units']> {
  return [
    {
      id: 'marketing',
      name: 'Marketing',
      mandate: { state: 'ok', reason: 'approved until 1 Mar 2026', expiresAt: at + 99 * day },
      budgets: [
        { what: 'tool calls of a run', used: 34, limit: 40 },
        { what: 'minutes of a run', used: 2, limit: 30 },
      ],
      lastReportAt: at - 3 * 3_600_000,
    },
  ];
}

/** Three reports, the last of them an example. */
export function reports(at: number): NonNullable<Snapshot['reports']> {
  const report = (week: number, change: Partial<ReportLine> = {}): ReportLine => ({
    unit: 'marketing',
    id: `trend-2025-w${week}`,
    title: `Trends of week ${week}`,
    language: 'en',
    at: at - (47 - week) * 7 * day - 3 * 3_600_000,
    engine: 'rules',
    claims: week % 4,
    broken: false,
    example: false,
    ...change,
  });
  return [report(47), report(46), report(45, { title: 'Trends in the example documents', example: true })];
}

/** Queues: one is paused, one has dead letters. */
export function queues(): NonNullable<Snapshot['queues']> {
  const queue = { waiting: 0, active: 0, delayed: 0, failed: 0, dead: 0, paused: false, oldestWaitingMs: null };
  return [
    { ...queue, name: 'system', active: 2, delayed: 1 },
    { ...queue, name: 'swarm', paused: true, waiting: 14, oldestWaitingMs: 740_000 },
    { ...queue, name: 'report', dead: 3 },
    { ...queue, name: 'canary' },
    { ...queue, name: 'maintenance' },
  ];
}
