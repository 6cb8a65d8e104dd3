import type { Reason } from './job.ts';

/** One attempt to run a job: the record that every job leaves. Times in milliseconds since the epoch. */
export interface Run {
  /** The job's id and the attempt's start, so that a job that is run again leaves a record of its own. */
  readonly id: string;
  readonly jobId: string;
  readonly job: string;
  readonly queue: string;
  readonly reason: Reason;
  readonly scheduledAt: number;
  readonly startedAt: number;
  /** 1 for the first try. */
  readonly attempt: number;
}

/**
 * How a run ended: `done`; `failed` and to be tried again; `dead`, failed for good; `interrupted` by a shutdown or
 * the death of its worker; or never started: `skipped` for another run of the same job, `stale` when its tick had
 * become too old, `missed` for ticks that were not caught up.
 */
export type Outcome = 'done' | 'failed' | 'dead' | 'interrupted' | 'skipped' | 'stale' | 'missed';

export interface RunEnd {
  readonly endedAt: number;
  readonly outcome: Outcome;
  readonly error: string | null;
  readonly result: string | null;
}

/** What `jobs` know of a job's past. */
export interface LastRun {
  readonly job: string;
  readonly lastSuccessAt: number | null;
  readonly lastOutcome: string | null;
  readonly lastDurationMs: number | null;
}

/** Where runs are written down; implemented by the health store. Its methods are quick and do not wait. */
export interface RunRecorder {
  readonly started: (run: Run) => void;
  readonly ended: (id: string, end: RunEnd) => void;
  /** A run that never started. */
  readonly record: (run: Run, end: RunEnd) => void;
  readonly lastRuns: () => readonly LastRun[];
  /** The newest first. */
  readonly history: (filter: { readonly job?: string; readonly limit: number }) => readonly (Run & Partial<RunEnd>)[];
}
