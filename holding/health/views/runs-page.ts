import type { RunCount } from '../store/run-history.ts';
import type { RunEnd } from '../store/runs.ts';
import type { PageFrame } from '../views.ts';
import { ticksOf, type Tick } from './axis.ts';
import { frameOfPast, type Making } from './page.ts';
import { runRow, type RunRow } from './run-row.ts';

/** Everything that the page of the job runs draws. */
export interface RunsPage extends PageFrame {
  /** Null: the records of runs cannot be read. */
  readonly past: {
    /** The last 24 hours, oldest first. */
    readonly hours: readonly HourOfRuns[];
    readonly from: number;
    readonly to: number;
    readonly ticks: readonly Tick[];
    /** Over the same time, those with trouble first. */
    readonly jobs: readonly JobOfRuns[];
    /** What went wrong in that time, the newest first. */
    readonly troubles: readonly RunRow[];
    /** The newest first. */
    readonly newest: readonly RunRow[];
  } | null;
}

export interface HourOfRuns {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly fine: number;
  readonly troubled: number;
}

export interface JobOfRuns {
  readonly name: string;
  readonly runs: number;
  readonly troubled: number;
  /** Null: none has ended. */
  readonly meanMs: number | null;
}

const hourMs = 3_600_000;
const shownRuns = 100;
const shownTroubles = 20;

/** How a run may end without anyone having to look: all else is trouble. */
const fine: ReadonlySet<RunEnd['outcome'] | null> = new Set(['done', 'skipped', null]);

/** The view of the page of the job runs. */
export function runsPage(made: Making): RunsPage {
  return { ...frameOfPast(made, made.say({ en: 'Runs', nl: 'Taken' })), past: pastOf(made) };
}

function pastOf({ sources, snapshot, now, moment }: Making): RunsPage['past'] {
  if (sources.past === null) return null;
  const { runs } = sources.past;
  const to = (Math.floor(now / hourMs) + 1) * hourMs;
  const from = to - 24 * hourMs;
  const counts = runs.counts(from);
  return {
    hours: hoursOf(counts, from),
    from,
    to,
    ticks: ticksOf({ from, to }, snapshot.host.timezone, snapshot.language),
    jobs: jobsOf(counts),
    troubles: runs.troubles(from, shownTroubles).map((run) => runRow({ moment }, run)),
    newest: runs.history({ limit: shownRuns, withoutRoutine: true }).map((run) => runRow({ moment }, run)),
  };
}

function hoursOf(counts: readonly RunCount[], from: number): HourOfRuns[] {
  const byHour = Map.groupBy(counts, ({ hour }) => hour);
  return Array.from({ length: 24 }, (_, index) => {
    const hour = from + index * hourMs;
    const { runs, troubled } = summed(byHour.get(hour) ?? []);
    return { from: hour, fine: runs - troubled, troubled };
  });
}

function jobsOf(counts: readonly RunCount[]): JobOfRuns[] {
  return [...Map.groupBy(counts, ({ job }) => job)]
    .map(([name, of]) => {
      const { runs, troubled, ended, ms } = summed(of);
      return { name, runs, troubled, meanMs: ended === 0 ? null : ms / ended };
    })
    .toSorted((one, other) => other.troubled - one.troubled || (one.name < other.name ? -1 : 1));
}

function summed(counts: readonly RunCount[]): { runs: number; troubled: number; ended: number; ms: number } {
  const sum = { runs: 0, troubled: 0, ended: 0, ms: 0 };
  for (const { outcome, runs, durationMs } of counts) {
    sum.runs += runs;
    if (!fine.has(outcome)) sum.troubled += runs;
    if (outcome === null) continue;
    sum.ended += runs;
    sum.ms += durationMs;
  }
  return sum;
}
