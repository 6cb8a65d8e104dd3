import type { Say, Translated } from '#lib/language.ts';
import type { ReportEntry } from './monitor.ts';
import type { LastAction } from './snapshot.ts';
import type { RunHistory } from './store/run-history.ts';
import type { Run, RunEnd } from './store/runs.ts';

/** Where it is read what units did. */
export interface Actions {
  readonly runs: Pick<RunHistory, 'history'>;
  /** The jobs that work for each unit, by its id. */
  readonly unitJobs: Readonly<Record<string, readonly string[]>>;
  /** Null: could not be read. */
  readonly reports: readonly ReportEntry[] | null;
  readonly say: Say;
}

type Ran = Run & Partial<RunEnd>;

/** So many runs that never began may come before one that did. */
const lookedBack = 20;

/** How what was begun went on; all else never began. */
const endings: Readonly<Partial<Record<RunEnd['outcome'] | 'running', Translated>>> = {
  running: { en: 'is running', nl: 'is bezig' },
  done: { en: 'done', nl: 'gelukt' },
  failed: { en: 'failed', nl: 'mislukt' },
  dead: { en: 'failed for good', nl: 'definitief mislukt' },
  interrupted: { en: 'interrupted', nl: 'onderbroken' },
};

/** What a unit did last: the report that it wrote, else how its job went; null: none did anything yet. */
export function lastActionOf(actions: Actions): LastAction | null {
  const all = Object.entries(actions.unitJobs).flatMap(([unit, jobs]) =>
    jobs.flatMap((job) => actionsOf(job, unit, actions)),
  );
  return all.toSorted((one, other) => other.at - one.at)[0] ?? null;
}

/** At most one. */
function actionsOf(job: string, unit: string, { runs, reports, say }: Actions): LastAction[] {
  const run = runs.history({ job, limit: lookedBack }).find(({ outcome }) => endings[outcome ?? 'running']);
  const ending = endings[run?.outcome ?? 'running'];
  if (run === undefined || ending === undefined) return [];
  const report = reports?.find((one) => one.unit === unit && isOf(run, one));
  const what = report === undefined ? `${job}: ${say(ending)}` : say(wroteWords(report));
  return [{ at: run.endedAt ?? run.startedAt, unit, what }];
}

function wroteWords({ title, example }: ReportEntry): Translated {
  if (example) return { en: `Wrote an example: “${title}”`, nl: `Schreef een voorbeeld: “${title}”` };
  return { en: `Wrote “${title}”`, nl: `Schreef “${title}”` };
}

function isOf({ startedAt, endedAt = Infinity, outcome }: Ran, { at, fault }: ReportEntry): boolean {
  return outcome === 'done' && fault === null && at >= startedAt && at <= endedAt;
}
