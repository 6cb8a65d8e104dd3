import { freshnessOf } from '#lib/clock.ts';
import type { Attention, CheckView, Snapshot, State } from './snapshot.ts';
import { incidentsOf, jobsOf, reportsOf, type IncidentRow, type JobRow, type ReportRow } from './views/lists.ts';
import { memoryTable, type MemoryTable } from './views/memory-table.ts';
import { amount, groupTitles, momentsIn, percentage, stateWords, type Moment, type MomentOf } from './views/wording.ts';

export type { IncidentRow, JobRow, ReportRow } from './views/lists.ts';
export type { MemoryTable } from './views/memory-table.ts';
export type { Moment } from './views/wording.ts';

/** Everything that the index page draws; it computes nothing of its own. */
export interface IndexView {
  /** For `<title>`: the state in words first, so that it shows in a narrow tab. */
  readonly title: string;
  readonly generatedAt: Moment;
  /** Past this the page must say STALE. */
  readonly staleAfter: Moment;
  readonly timezone: string;
  readonly seq: number;
  readonly overall: {
    readonly state: Snapshot['overall']['state'];
    readonly stateWord: string;
    readonly headline: string;
    /** One sentence: `12 checks: 11 up, 1 degraded; 1 thing waits for you.` */
    readonly summary: string;
    readonly since: Moment;
  };
  readonly attention: readonly Attention[];
  /** Only groups that have a check, in the order of the page. */
  readonly groups: readonly GroupView[];
  /** Open ones first, then the newest. */
  readonly incidents: readonly IncidentRow[];
  /** Null: could not be asked. */
  readonly jobs: readonly JobRow[] | null;
  readonly queues: Snapshot['queues'];
  /** The newest first. */
  readonly reports: readonly ReportRow[] | null;
  /** Null: could not be asked, which the check of the memory tells. */
  readonly memory: MemoryTable | null;
  readonly host: {
    readonly name: string;
    readonly version: string;
    readonly bootedAt: Moment;
    readonly startedAt: Moment;
  };
}

export interface GroupView {
  readonly id: string;
  readonly title: string;
  readonly up: number;
  /** Of those that are set up. */
  readonly total: number;
  readonly off: number;
  readonly rows: readonly CheckRow[];
}

export interface CheckRow {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  /** `Up`, `Down`, …: the state is never told by colour alone. */
  readonly stateWord: string;
  readonly reason: string;
  readonly since: Moment;
  readonly lastSeen: Moment | null;
  readonly latencyMs: number | null;
  /** Oldest first, at most 30. */
  readonly latencies: readonly number[];
  /** The worst state of each of the last 90 days as run lengths, oldest first; `new` is before it was watched. */
  readonly days90: CheckView['days90'];
  /** `100`, `99.97` or `–`: a percentage that is never rounded up. */
  readonly uptimeText: string;
  /** Name, not id, of the check that is the cause. */
  readonly blockedBy: string | null;
}

/** The index page's view of a snapshot; one that is not current at `now` is called unknown, whatever it says itself. */
export function indexView(snapshot: Snapshot, now: number): IndexView {
  const moment = momentsIn(snapshot.host.timezone);
  const overall = overallOf(snapshot, now, moment);
  return {
    title: `${overall.headline} · Omega`,
    generatedAt: moment(snapshot.generatedAt),
    staleAfter: moment(snapshot.staleAfter),
    timezone: snapshot.host.timezone,
    seq: snapshot.seq,
    overall,
    attention: snapshot.attention,
    groups: groupsOf(snapshot.checks, moment),
    incidents: incidentsOf(snapshot, moment),
    jobs: jobsOf(snapshot, now, moment),
    queues: snapshot.queues,
    reports: reportsOf(snapshot, moment),
    memory: memoryTable(snapshot, moment),
    host: {
      name: snapshot.host.name,
      version: snapshot.host.version,
      bootedAt: moment(snapshot.host.bootedAt),
      startedAt: moment(snapshot.host.startedAt),
    },
  };
}

function overallOf(snapshot: Snapshot, now: number, moment: MomentOf): IndexView['overall'] {
  const summary = summaryOf(snapshot);
  const freshness = freshnessOf(snapshot, now);
  if (freshness === 'fresh') {
    const { state, headline, since } = snapshot.overall;
    return { state, stateWord: stateWords[state], headline, summary, since: moment(since) };
  }
  const since = moment(snapshot.generatedAt);
  const headline = freshness === 'stale' ? `No news since ${since.text}` : 'The last look is dated in the future';
  return { state: 'unknown', stateWord: stateWords.unknown, headline, summary: `Then: ${summary}`, since };
}

function summaryOf({ checks, attention }: Snapshot): string {
  const counts = Object.entries(Object.groupBy(checks, ({ state }) => state))
    .map(([state, of]) => ({ word: state, count: of.length }))
    .toSorted((a, b) => b.count - a.count)
    .map(({ word, count }) => `${count} ${word === 'off' ? 'not set up' : word}`);
  const looked = checks.length === 0 ? 'No checks' : `${amount(checks.length, 'check')}: ${counts.join(', ')}`;
  const waiting = attention.length === 1 ? '1 thing waits for you' : `${attention.length} things wait for you`;
  return attention.length === 0 ? `${looked}.` : `${looked}; ${waiting}.`;
}

function groupsOf(checks: readonly CheckView[], moment: MomentOf): GroupView[] {
  const names = new Map(checks.map(({ id, name }) => [id, name]));
  const byGroup = Map.groupBy(checks, ({ group }) => group);
  const order = new Set([...Object.keys(groupTitles), ...byGroup.keys()]);
  return [...order].flatMap((id) => {
    const members = byGroup.get(id);
    if (members === undefined) return [];
    const rows = members.map((check) => rowOf(check, names, moment));
    const up = rows.filter(({ state }) => state === 'up').length;
    const off = rows.filter(({ state }) => state === 'off').length;
    return [{ id, title: groupTitles[id] ?? id, up, total: rows.length - off, off, rows }];
  });
}

function rowOf(check: CheckView, names: ReadonlyMap<string, string>, moment: MomentOf): CheckRow {
  const { id, name, state, reason, latencyMs, latencies, days90, blockedBy } = check;
  return {
    id,
    name,
    state,
    stateWord: stateWords[state],
    reason,
    since: moment(check.since),
    lastSeen: check.lastSeen === null ? null : moment(check.lastSeen),
    latencyMs,
    latencies,
    days90,
    uptimeText: percentage(check.uptime90),
    blockedBy: blockedBy === null ? null : (names.get(blockedBy) ?? blockedBy),
  };
}
