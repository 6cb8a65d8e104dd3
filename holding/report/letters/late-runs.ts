import type { RunHistory } from '../../health/store/run-history.ts';

/** A scheduled job that did not begin when it was due. */
export interface LateRun {
  readonly job: string;
  readonly scheduledAt: number;
  readonly lateMs: number;
}

const lateMs = 5 * 60_000;
/** More than a day has of those that are no routine. */
const mostRuns = 3000;

/** Those that began since a time and were late or had to be caught up, the newest first. */
export function lateRuns(runs: Pick<RunHistory, 'history'>, since: number): readonly LateRun[] {
  return runs
    .history({ limit: mostRuns, withoutRoutine: true })
    .filter(({ startedAt, reason, attempt }) => {
      return startedAt >= since && attempt === 1 && (reason === 'tick' || reason === 'catch-up');
    })
    .map(({ job, scheduledAt, startedAt }) => ({ job, scheduledAt, lateMs: startedAt - scheduledAt }))
    .filter((run) => run.lateMs > lateMs);
}
