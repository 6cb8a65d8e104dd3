import type { Attention } from '../../health/snapshot.ts';
import type { Alert, Delivery } from '../../health/store/alerts.ts';
import type { Span } from '../../health/store/history.ts';
import { dayMs, stretches, timeIn, timeInAll, uptimeIn, uptimeOf } from '../../health/store/timeline.ts';
import { indexView, type CheckRow, type IndexView, type RunRow } from '../../health/views.ts';
import { rowOfIncident, type PastIncident } from '../../health/views/incidents-page.ts';
import { runRow } from '../../health/views/run-row.ts';
import { runsPage, type RunsPage } from '../../health/views/runs-page.ts';
import { stripOf, type SpanView } from '../../health/views/span-view.ts';
import { listReports, type ReportEntry } from '../trend/store.ts';
import { lateRuns, type LateRun } from './late-runs.ts';
import type { Standing } from './standing.ts';

/** Everything that a digest tells of the last 24 hours. */
export interface DigestView {
  readonly now: number;
  readonly window: Span;
  readonly look: Standing['look'];
  readonly index: IndexView;
  readonly attention: readonly Attention[];
  /** Neither up nor merely not set up, paused or in maintenance. */
  readonly notUp: readonly CheckRow[];
  readonly incidents: readonly PastIncident[];
  /** Null: the records of the past cannot be read. */
  readonly day: DigestPast | null;
  /** Made in that time, examples apart; null: could not be read. */
  readonly reports: readonly ReportEntry[] | null;
}

export interface DigestPast {
  /** Of all checks together, from 0 to 1; null: nothing is known. */
  readonly uptime: number | null;
  /** Those that were not up all the time, the lowest first. */
  readonly lowest: readonly { readonly name: string; readonly share: number }[];
  readonly strip: SpanView['strip'];
  readonly alerts: readonly { readonly alert: Alert; readonly deliveries: readonly Delivery[] }[];
  /** The newest first. */
  readonly late: readonly LateRun[];
  readonly runs: NonNullable<RunsPage['past']>;
  /** What went wrong, the newest first. */
  readonly troubles: readonly RunRow[];
}

/** Five minutes each. */
const cells = 288;
const mostIncidents = 50;
const mostAlerts = 500;
const mostReports = 100;
const mostTroubles = 2000;

const quiet: ReadonlySet<string> = new Set(['up', 'off', 'paused', 'maintenance']);

/** Gathers what a digest tells. */
export async function digestView(standing: Standing, units: string): Promise<DigestView> {
  const { made, look } = standing;
  const { now, snapshot } = made;
  const window = { from: now - dayMs, to: now };
  const index = indexView(snapshot, now);
  return {
    now,
    window,
    look,
    index,
    attention: snapshot.attention,
    notUp: index.groups.flatMap(({ rows }) => rows.filter(({ state }) => !quiet.has(state))),
    incidents: incidentsSince(window.from, standing),
    day: dayOf(standing, window),
    reports: await reportsSince(window.from, units),
  };
}

function incidentsSince(since: number, { made, past }: Standing): readonly PastIncident[] {
  const told = made.snapshot.incidents.filter(({ to }) => to === null || to >= since);
  const found = past?.history.incidents({ since, limit: mostIncidents }) ?? told;
  return found.map((incident) => rowOfIncident(made, incident));
}

function dayOf({ made, look, past }: Standing, window: Span): DigestPast | null {
  const { past: runs } = runsPage(made);
  if (past === null || runs === null) return null;
  const unseen = { at: look === 'stale' ? made.snapshot.generatedAt : window.from, to: 'unknown' } as const;
  const watched = made.snapshot.checks.map(({ id, name }) => {
    const flips = past.history.flips(id, window.from);
    const cut = stretches(look === 'fresh' ? flips : [...flips, unseen], window); // Since then nobody looked.
    return { name, cut, share: uptimeOf(cut) };
  });
  return {
    uptime: uptimeIn(timeInAll(watched.map(({ cut }) => timeIn(cut)))),
    lowest: watched
      .flatMap(({ name, share }) => (share === null || share === 1 ? [] : [{ name, share }]))
      .toSorted((one, other) => one.share - other.share),
    strip: stripOf(
      watched.flatMap(({ cut }) => cut),
      window,
      cells,
    ),
    alerts: past.history.alerts(mostAlerts).filter(({ alert: { at } }) => at >= window.from),
    late: lateRuns(past.runs, window.from),
    runs,
    troubles: past.runs.troubles(runs.from, mostTroubles).map((run) => runRow(made, run)),
  };
}

async function reportsSince(since: number, units: string): Promise<readonly ReportEntry[] | null> {
  try {
    const entries = await listReports(units, { limit: mostReports });
    return entries.filter(({ at, example }) => at >= since && !example);
  } catch {
    return null; // The letter says so.
  }
}
