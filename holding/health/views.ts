import type { Language } from '#lib/language.ts';
import type { Snapshot } from './snapshot.ts';
import { changesOf, type Changes } from './views/changes.ts';
import { frameOf } from './views/frame.ts';
import { groupsOf, type CheckRow, type GroupView } from './views/groups.ts';
import { incidentsOf, jobsOf, reportsOf, type IncidentRow, type JobRow, type ReportRow } from './views/lists.ts';
import { memoryTable, type MemoryTable } from './views/memory-table.ts';
import { lastActionOf, unitsOf, type LastActionView, type UnitRow } from './views/units.ts';
import { waitingOf, type Waiting } from './views/waiting.ts';
import { momentsIn, type Moment } from './views/wording.ts';

export type { ChangeRow } from './views/changes.ts';
export type { CheckRow, GroupView } from './views/groups.ts';
export type { IncidentRow, JobRow, ReportRow } from './views/lists.ts';
export type { MemoryTable } from './views/memory-table.ts';
export type { CheckLink, CheckPage } from './views/check-page.ts';
export type { CheckPast, HoldRow } from './views/check-past.ts';
export type { FeedView } from './views/feed.ts';
export type { IncidentPage, TimelineRow } from './views/incident-page.ts';
export type { IncidentsPage, PastIncident } from './views/incidents-page.ts';
export type { PageView, SitePage } from './views/pages.ts';
export type { SealedView } from './views/sealed.ts';
export type { ReportsPage } from './views/reports-page.ts';
export type { RunRow } from './views/run-row.ts';
export type { RunsPage } from './views/runs-page.ts';
export type { LatencyPoint, SpanView } from './views/span-view.ts';
export type { UnitPage } from './views/unit-page.ts';
export type { LastActionView, UnitRow } from './views/units.ts';
export type { Waiting } from './views/waiting.ts';
export type { Moment } from './views/wording.ts';

/** What every page draws around its own matter: head, header and footer. */
export interface PageFrame {
  /** For `<title>`: the state in words first, so that it shows in a narrow tab. */
  readonly title: string;
  readonly generatedAt: Moment;
  /** Past this the page must say STALE. */
  readonly staleAfter: Moment;
  /** As it is drawn it cannot be called current, and so nothing of it is green. */
  readonly stale: boolean;
  readonly timezone: string;
  readonly language: Language;
  readonly overall: {
    readonly state: Snapshot['overall']['state'];
    readonly stateWord: string;
    readonly headline: string;
    /** One sentence: `12 checks: 11 up, 1 degraded; 1 thing waits for you.` */
    readonly summary: string;
    readonly since: Moment;
  };
  readonly host: {
    readonly name: string;
    readonly version: string;
    readonly bootedAt: Moment;
    readonly startedAt: Moment;
    /** Null: nobody on the local network can read the page. */
    readonly network: string | null;
  };
}

/** Everything that the index page draws; it computes nothing of its own. */
export interface IndexView extends PageFrame {
  readonly attention: Waiting;
  /** Alerts that are due and did not get through. */
  readonly undelivered: number;
  /** Null: could not be read. */
  readonly changes: Changes | null;
  /** Only groups that have a check, in the order of the page. */
  readonly groups: readonly GroupView[];
  /** Open ones first, then the newest. */
  readonly incidents: readonly IncidentRow[];
  /** Null: could not be asked. */
  readonly jobs: readonly JobRow[] | null;
  readonly queues: Snapshot['queues'];
  /** Null: could not be asked. */
  readonly units: readonly UnitRow[] | null;
  /** What a unit did last; null: nothing yet. */
  readonly lastAction: LastActionView | null;
  /** Omega's bot and Zwartehand: the checks that watch them; null: none does. */
  readonly bots: { readonly omega: CheckRow | null; readonly zwartehand: CheckRow | null };
  /** Null: could not be asked. */
  readonly outbox: Snapshot['outbox'];
  /** The newest first. */
  readonly reports: readonly ReportRow[] | null;
  /** Null: could not be asked, which the check of the memory tells. */
  readonly memory: MemoryTable | null;
}

/** The index page's view of a snapshot; one that is not current at `now` is called unknown, whatever it says itself. */
export function indexView(snapshot: Snapshot, now: number): IndexView {
  const moment = momentsIn(snapshot.host.timezone, snapshot.language);
  const groups = groupsOf(snapshot);
  const rows = new Map(groups.flatMap((group) => group.rows.map((row) => [row.id, row])));
  return {
    ...frameOf(snapshot, now, moment),
    attention: waitingOf(snapshot),
    undelivered: snapshot.undelivered,
    changes: changesOf(snapshot, moment),
    groups,
    incidents: incidentsOf(snapshot, moment),
    jobs: jobsOf(snapshot, now, moment),
    queues: snapshot.queues,
    units: unitsOf(snapshot, moment),
    lastAction: lastActionOf(snapshot, moment),
    bots: { omega: rows.get('telegram') ?? null, zwartehand: rows.get('zwartehand') ?? null },
    outbox: snapshot.outbox,
    reports: reportsOf(snapshot, moment),
    memory: memoryTable(snapshot, moment),
  };
}
