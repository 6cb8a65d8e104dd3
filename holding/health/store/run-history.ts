import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { openForReading } from './database.ts';
import type { Run, RunEnd } from './runs.ts';

/** How the last attempts of a job went; those that never started do not count. */
export interface LastRun {
  readonly job: string;
  readonly lastSuccessAt: number | null;
  readonly lastOutcome: string | null;
  readonly lastDurationMs: number | null;
}

/** How many runs of a job that began within one hour (UTC) ended in one way; without an outcome they go on. */
export interface RunCount {
  readonly job: string;
  /** When it begins, in milliseconds since the epoch. */
  readonly hour: number;
  readonly outcome: RunEnd['outcome'] | null;
  readonly runs: number;
  /** All of them together. */
  readonly durationMs: number;
}

/** What can be read of runs, also by another process than the worker. */
export interface RunHistory {
  readonly lastRuns: () => readonly LastRun[];
  /** The newest first; without an end: still going on. Of all jobs `withoutRoutine` leaves out what is {@link routine}. */
  readonly history: (filter: {
    readonly job?: string;
    readonly limit: number;
    readonly withoutRoutine?: boolean;
  }) => readonly (Run & Partial<RunEnd>)[];
  /** All runs since a time. */
  readonly counts: (since: number) => readonly RunCount[];
  /** Those since a time that ended otherwise than done or skipped, the newest first. */
  readonly troubles: (since: number, limit: number) => readonly (Run & Partial<RunEnd>)[];
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

const CountRow = z.object({
  job: z.string(),
  hour: z.number(),
  outcome: RunRow.shape.outcome,
  runs: z.number(),
  durationMs: z.number(),
});

/**
 * The heartbeat's own coming and going, as often as each second, in SQL: by itself, and nothing wrong. Of what the owner
 * asked for, and of all that a unit runs, each run is told.
 */
export const routine = `(queue IN ('system', 'canary') AND reason IN ('event', 'tick')
  AND coalesce(outcome, 'done') IN ('done', 'skipped'))`;

/** The records of runs, for a command beside the worker. @throws OmegaError where there are none yet. */
export function openRunHistory(path: string): RunHistory & Disposable {
  const db = openForReading(path);
  return { ...runHistoryIn(db), [Symbol.dispose]: () => db.close() };
}

/** Prepares the statements. */
export function runHistoryIn(db: DatabaseSync): RunHistory {
  const last = db.prepare('SELECT * FROM last_run ORDER BY name');
  const newest = db.prepare('SELECT * FROM run ORDER BY key DESC LIMIT ?');
  const newestOf = db.prepare('SELECT * FROM run WHERE name = ? ORDER BY started DESC, key DESC LIMIT ?');
  const newestTold = db.prepare(`SELECT * FROM run WHERE NOT ${routine} ORDER BY key DESC LIMIT ?`);
  // By name, for which there is an index: of all runs since a time there is none. A job's first run counts once it ended.
  const since = 'FROM run WHERE name IN (SELECT name FROM last_run) AND started >= ?';
  const counts = db.prepare(`
    SELECT name AS job, started / 3600000 * 3600000 AS hour, outcome, count(*) AS runs,
      coalesce(sum(max(ended - started, 0)), 0) AS durationMs ${since} GROUP BY 1, 2, 3`);
  const troubles = db.prepare(`
    SELECT * ${since} AND outcome NOT IN ('done', 'skipped') ORDER BY started DESC LIMIT ?`);
  return {
    lastRuns: () => last.all().map((row) => toLastRun(LastRunRow.parse(row))),
    history({ job, limit, withoutRoutine = false }) {
      const ofAll = withoutRoutine ? newestTold : newest;
      return (job === undefined ? ofAll.all(limit) : newestOf.all(job, limit)).map((row) => toRun(RunRow.parse(row)));
    },
    counts: (time) => counts.all(time).map((row) => CountRow.parse(row)),
    troubles: (time, limit) => troubles.all(time, limit).map((row) => toRun(RunRow.parse(row))),
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
