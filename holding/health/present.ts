import type { Attention, CheckView, MemoryView, ReportLine, Snapshot } from './snapshot.ts';
import type { JobDeadline, QueueCounts } from './check.ts';
import type { MemoryStats } from '../memory/memory.ts';
import type { ReportEntry } from './monitor.ts';
import type { Watched } from './overall.ts';
import type { HealthStore } from './store/store.ts';
import { dayMs, days90Of, stretches, uptimeOf, window90 } from './store/timeline.ts';

/** All that a snapshot tells. */
export interface Present {
  readonly now: number;
  readonly staleAfter: number;
  readonly seq: number;
  readonly overall: Snapshot['overall'];
  readonly watched: readonly Watched[];
  /** Null: could not be asked. */
  readonly jobs: readonly JobDeadline[] | null;
  readonly queues: readonly QueueCounts[] | null;
  /** The newest first. */
  readonly reports: readonly ReportEntry[] | null;
  readonly memory: MemoryStats | null;
  readonly host: Snapshot['host'];
  /** What is wrong with the records themselves; each is listed for the owner. */
  readonly faults: readonly string[];
}

/** How long an incident that ended is still shown. */
const incidentShownMs = 7 * dayMs;

const shownReports = 5;

/** Puts a snapshot together from the present and the history. */
export function present(store: Pick<HealthStore, 'flips' | 'incidents'>, facts: Present): Snapshot {
  const { now, staleAfter, seq, overall, watched, jobs, queues, reports, memory, host, faults } = facts;
  return {
    version: 1,
    generatedAt: now,
    staleAfter,
    seq,
    overall,
    checks: watched.map((one) => checkView(one, store, now)),
    incidents: incidentsOf(store, watched, now),
    attention: attentionOf(watched, faults),
    jobs: jobs?.map(jobView) ?? null,
    queues: queues?.map(queueView) ?? null,
    reports: reports?.slice(0, shownReports).map(reportView) ?? null,
    memory: memory === null ? null : memoryView(memory),
    host,
  };
}

function checkView({ check, memory }: Watched, store: Pick<HealthStore, 'flips'>, now: number): CheckView {
  const { state, since, lastSeen, nextAt, reason, latencyMs, latencies, blockedBy } = memory;
  const window = window90(now);
  const history = stretches(store.flips(check.id, window.from), window);
  return {
    id: check.id,
    name: check.name,
    group: check.group,
    state,
    since,
    lastSeen,
    expectedNext: nextAt,
    reason,
    latencyMs,
    latencies,
    blockedBy,
    days90: days90Of(history, window),
    uptime90: uptimeOf(history),
  };
}

function incidentsOf(
  store: Pick<HealthStore, 'incidents'>,
  watched: readonly Watched[],
  now: number,
): Snapshot['incidents'] {
  const names = new Map(watched.map(({ check }) => [check.id, check.name]));
  return store.incidents(now - incidentShownMs).flatMap((incident) => {
    const name = names.get(incident.check);
    return name === undefined ? [] : [Object.assign(incident, { name })];
  });
}

/** Each thing once, however many checks ask for it; what could be set up comes after what is wrong. */
function attentionOf(watched: readonly Watched[], faults: readonly string[]): Attention[] {
  const byNeed = Object.groupBy(watched, ({ memory }) => (memory.state === 'off' ? 'later' : 'now'));
  const ofChecks = [...(byNeed.now ?? []), ...(byNeed.later ?? [])].flatMap(({ memory: { todo, reason } }) =>
    todo === null ? [] : [{ what: todo.what, why: reason, command: todo.command, minutes: todo.minutes }],
  );
  const ofRecords = faults.map((why) => ({
    what: 'Look after the health records',
    why,
    command: 'npm run doctor',
    minutes: 5,
  }));
  return [...new Map([...ofRecords, ...ofChecks].map((one) => [`${one.command} ${one.what}`, one])).values()];
}

function jobView(deadline: JobDeadline): NonNullable<Snapshot['jobs']>[number] {
  const { job, schedule, lastSuccessAt, lastOutcome, lastDurationMs, nextDueAt, deadlineAt } = deadline;
  return { name: job, schedule, lastSuccessAt, lastOutcome, lastDurationMs, nextDueAt, deadlineAt };
}

/** Only what the schema names: a probe may know more. */
function queueView(counts: QueueCounts): NonNullable<Snapshot['queues']>[number] {
  const { name, waiting, active, delayed, failed, dead, paused, oldestWaitingMs } = counts;
  return { name, waiting, active, delayed, failed, dead, paused, oldestWaitingMs };
}

function reportView({ unit, id, title, at, engine, claims, example, fault }: ReportEntry): ReportLine {
  return { unit, id, title, at, engine, claims, broken: fault !== null, example };
}

function memoryView({ counts, growth, lastWriteAt, lastRecall, index }: MemoryStats): MemoryView {
  const { space, next, pending, fault } = index;
  return {
    counts: counts.map(({ unit, kind, records }) => ({ unit, kind, records })),
    newThisWeek: growth.week,
    newThisMonth: growth.month,
    lastWriteAt,
    lastRecall,
    index: { space, next, pending, fault },
  };
}
