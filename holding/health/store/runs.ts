import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Log } from '#lib/log.ts';
import { openForReading } from './database.ts';
import { runWriterIn } from './run-writer.ts';

/** One attempt to run a job, as the queue tells of it. Times in milliseconds since the epoch. */
export interface Run {
  readonly id: string;
  readonly jobId: string;
  readonly job: string;
  readonly queue: string;
  readonly reason: 'tick' | 'catch-up' | 'manual' | 'event';
  readonly scheduledAt: number;
  readonly startedAt: number;
  readonly attempt: number;
}

export interface RunEnd {
  readonly endedAt: number;
  readonly outcome: 'done' | 'failed' | 'dead' | 'interrupted' | 'skipped' | 'stale' | 'missed';
  readonly error: string | null;
  readonly result: string | null;
}

/** How the last attempts of a job went; those that never started do not count. */
export interface LastRun {
  readonly job: string;
  readonly lastSuccessAt: number | null;
  readonly lastOutcome: string | null;
  readonly lastDurationMs: number | null;
}

/** What can be read of runs, also by another process than the worker. */
export interface RunHistory {
  readonly lastRuns: () => readonly LastRun[];
  /** The newest first; without an end: still going on. */
  readonly history: (filter: { readonly job?: string; readonly limit: number }) => readonly (Run & Partial<RunEnd>)[];
}

/**
 * Writes runs down, together every 25 ms: a transaction each would cost a third of the queue's throughput. A kill can
 * cost the records of that moment, never the jobs. What cannot be written is tried once more with the next, and stops
 * no job.
 */
export interface Runs extends RunHistory {
  readonly started: (run: Run) => void;
  readonly ended: (id: string, end: RunEnd) => void;
  /** A run that never started. */
  readonly record: (run: Run, end: RunEnd) => void;
  /**
   * At a worker's start: what began before and is in nobody's hands ended with its worker. Returns how many.
   * @param active the ids of the jobs that living workers hold
   */
  readonly closeOrphans: (startedAt: number, active: ReadonlySet<string>) => number;
  /** Writes at once what is still to be written. */
  readonly flush: () => void;
  /** What the owner should know of records that could not be written since the start; null: nothing. */
  readonly fault: () => string | null;
}

const RunRow = z.object({
  id: z.string(),
  job_id: z.string(),
  name: z.string(),
  queue: z.string(),
  reason: z.enum(['tick', 'catch-up', 'manual', 'event']),
  scheduled: z.number(),
  started: z.number(),
  attempts: z.number(),
  ended: z.number().nullable(),
  outcome: z.enum(['done', 'failed', 'dead', 'interrupted', 'skipped', 'stale', 'missed']).nullable(),
  error: z.string().nullable(),
  result: z.string().nullable(),
});

const LastRunRow = z.object({
  name: z.string(),
  success: z.number().nullable(),
  outcome: z.string(),
  duration: z.number().nullable(),
});

const OpenRunRow = z.object({ id: z.string(), job_id: z.string() });

/** How a run ended whose worker did. */
const orphaned = { outcome: 'interrupted', error: 'Its worker ended before it did', result: null } as const;

/** The records of runs in an open database. */
export function runsIn(db: DatabaseSync, log: Log): Runs {
  const unfinished = db.prepare('SELECT id, job_id FROM run WHERE outcome IS NULL AND started < ?');
  const { add, flush, fault } = runWriterIn(db, log);
  const history = runHistoryIn(db);
  return {
    lastRuns: () => {
      flush();
      return history.lastRuns();
    },
    history: (filter) => {
      flush();
      return history.history(filter);
    },
    started: (run) => add(run.id, { run }),
    ended: (id, end) => add(id, { end }),
    record: (run, end) => add(run.id, { run, end }),
    closeOrphans: (startedAt, active) => {
      const open = unfinished.all(startedAt).map((row) => OpenRunRow.parse(row));
      const orphans = open.filter(({ job_id: jobId }) => !active.has(jobId));
      for (const { id } of orphans) add(id, { end: { ...orphaned, endedAt: startedAt } });
      flush();
      return orphans.length;
    },
    flush,
    fault,
  };
}

/** The records of runs, for a command beside the worker. @throws OmegaError where there are none yet. */
export function openRunHistory(path: string): RunHistory & Disposable {
  const db = openForReading(path);
  return { ...runHistoryIn(db), [Symbol.dispose]: () => db.close() };
}

function runHistoryIn(db: DatabaseSync): RunHistory {
  const last = db.prepare('SELECT * FROM last_run ORDER BY name');
  const newest = db.prepare('SELECT * FROM run ORDER BY key DESC LIMIT ?');
  const newestOf = db.prepare('SELECT * FROM run WHERE name = ? ORDER BY started DESC, key DESC LIMIT ?');
  return {
    lastRuns: () => last.all().map((row) => toLastRun(LastRunRow.parse(row))),
    history: ({ job, limit }) =>
      (job === undefined ? newest.all(limit) : newestOf.all(job, limit)).map((row) => toRun(RunRow.parse(row))),
  };
}

function toLastRun({ name, success, outcome, duration }: z.infer<typeof LastRunRow>): LastRun {
  return { job: name, lastSuccessAt: success, lastOutcome: outcome, lastDurationMs: duration };
}

function toRun(row: z.infer<typeof RunRow>): Run & Partial<RunEnd> {
  const { id, queue, reason, error, result, outcome, ended } = row;
  const run: Run = {
    id,
    jobId: row.job_id,
    job: row.name,
    queue,
    reason,
    scheduledAt: row.scheduled,
    startedAt: row.started,
    attempt: row.attempts,
  };
  return outcome === null || ended === null ? run : { ...run, endedAt: ended, outcome, error, result };
}
