import { sayIn, type Language, type Say } from '#lib/language.ts';
import type { Attention, CheckView, MemoryView, OutboxView, ReportLine, Snapshot, UnitView } from './snapshot.ts';
import type { JobDeadline, QueueCounts, UnitStanding } from './check.ts';
import type { MemoryStats } from '../memory/memory.ts';
import type { OutboxStanding } from '../report/outbox.ts';
import type { Flip } from './health.ts';
import type { ReportEntry } from './monitor.ts';
import type { Watched } from './overall.ts';
import type { HealthStore } from './store/store.ts';
import { dayMs } from './store/timeline.ts';

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
  readonly outbox: OutboxStanding | null;
  readonly units: readonly UnitStanding[] | null;
  /** Null: nothing yet. */
  readonly lastAction: Snapshot['lastAction'];
  readonly memory: MemoryStats | null;
  readonly host: Snapshot['host'];
  readonly language: Language;
  /** Alerts that are due and did not get through. */
  readonly undelivered: number;
  /** What is wrong with the records themselves; each is listed for the owner. */
  readonly faults: readonly string[];
}

/** What a snapshot tells of the past. */
interface Past extends Pick<HealthStore, 'last90' | 'incidents'> {
  /** Null: they cannot be read. */
  readonly newestFlips: (...of: Parameters<HealthStore['newestFlips']>) => readonly Flip[] | null;
}

/** How long an incident that ended is still shown. */
const incidentShownMs = 7 * dayMs;

/** More in a day than anybody reads. */
const shownChanges = 200;

const shownReports = 5;

/** Puts a snapshot together from the present and the history. */
export function present(store: Past, facts: Present): Snapshot {
  const { now, watched, jobs, queues, reports, outbox, units, memory, faults, ...same } = facts;
  const say = sayIn(same.language);
  const newest = store.newestFlips(now - dayMs, shownChanges);
  return {
    version: 1,
    ...same,
    generatedAt: now,
    checks: watched.map((one) => checkView(one, store, { now, say })),
    incidents: incidentsOf(store, watched, { now, say }),
    changes: newest === null ? null : [...newest],
    attention: attentionOf(watched, faults, say),
    jobs: jobs?.map(jobView) ?? null,
    queues: queues?.map(queueView) ?? null,
    reports: reports?.slice(0, shownReports).map(reportView) ?? null,
    outbox: outbox === null ? null : outboxView(outbox),
    units: units?.map((unit) => unitView(unit, say)) ?? null,
    memory: memory === null ? null : memoryView(memory),
  };
}

function checkView(
  { check, memory }: Watched,
  store: Pick<HealthStore, 'last90'>,
  { now, say }: { now: number; say: Say },
): CheckView {
  const { state, since, lastSeen, nextAt, reason, latencyMs, latencies, blockedBy } = memory;
  return {
    id: check.id,
    name: say(check.name),
    group: check.group,
    state,
    since,
    lastSeen,
    expectedNext: nextAt,
    reason,
    latencyMs,
    latencies,
    blockedBy,
    ...store.last90(check.id, now),
  };
}

function incidentsOf(
  store: Pick<HealthStore, 'incidents'>,
  watched: readonly Watched[],
  { now, say }: { now: number; say: Say },
): Snapshot['incidents'] {
  const names = new Map(watched.map(({ check }) => [check.id, say(check.name)]));
  return store.incidents(now - incidentShownMs).flatMap((incident) => {
    const name = names.get(incident.check);
    const affected = incident.affected.map((id) => names.get(id) ?? id);
    return name === undefined ? [] : [{ ...incident, name, affected }];
  });
}

/** Each thing once, however many checks ask for it; what could be set up comes after what is wrong. */
function attentionOf(watched: readonly Watched[], faults: readonly string[], say: Say): Attention[] {
  const byNeed = Object.groupBy(watched, ({ memory }) => (memory.state === 'off' ? 'later' : 'now'));
  const ofChecks = [...(byNeed.now ?? []), ...(byNeed.later ?? [])].flatMap(({ memory: { todo, reason } }) =>
    todo === null ? [] : [{ what: todo.what, why: reason, command: todo.command, minutes: todo.minutes }],
  );
  const ofRecords = faults.map((why) => ({
    what: say({ en: 'Look after the health records', nl: 'Kijk naar de gegevens van de bewaking' }),
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

function reportView({ unit, id, title, language, at, engine, claims, example, fault }: ReportEntry): ReportLine {
  return { unit, id, title, language, at, engine, claims, broken: fault !== null, example };
}

/** Only what the schema names: counts, never a text. */
function outboxView(standing: OutboxStanding): OutboxView {
  const { recipients, plaintext, sealed, sent, acknowledged, overdue, dead, waiting, heldBack } = standing;
  const { verified, lastSeq, lastSealedAt, fault } = standing;
  const counts = { sealed, sent, acknowledged, overdue, dead, waiting, heldBack };
  return { recipients, plaintext: [...plaintext], ...counts, verified, lastSeq, lastSealedAt, fault };
}

function unitView({ unit, name, mandate, budgets, lastReportAt }: UnitStanding, say: Say): UnitView {
  return {
    id: unit,
    name,
    mandate: { ...mandate, reason: say(mandate.reason) },
    // Of what is bounded to nothing there is no share.
    budgets: budgets
      .filter(({ limit }) => limit > 0)
      .map(({ what, used, limit }) => ({ what: say(what), used, limit })),
    lastReportAt,
  };
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
