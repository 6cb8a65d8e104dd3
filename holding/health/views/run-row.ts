import type { Run, RunEnd } from '../store/runs.ts';
import type { Making } from './page.ts';
import type { Moment } from './wording.ts';

/** One run of a job, as it stands in a list. */
export interface RunRow {
  readonly job: string;
  readonly at: Moment;
  readonly reason: Run['reason'];
  /** Null: it goes on. */
  readonly ms: number | null;
  /** Null: it goes on. */
  readonly outcome: RunEnd['outcome'] | null;
  readonly attempt: number;
  /** The first line of what went wrong. */
  readonly error: string | null;
}

const longestError = 160;

/** How a run stands in a list. */
export function runRow({ moment }: Pick<Making, 'moment'>, run: Run & Partial<RunEnd>): RunRow {
  const { job, startedAt, endedAt, reason, outcome, attempt, error } = run;
  return {
    job,
    at: moment(startedAt),
    reason,
    ms: endedAt === undefined ? null : Math.max(0, endedAt - startedAt),
    outcome: outcome ?? null,
    attempt,
    error: error?.split('\n', 1)[0]?.slice(0, longestError) ?? null,
  };
}
