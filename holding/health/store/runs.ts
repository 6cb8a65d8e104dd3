import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Words } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import { runHistoryIn, type RunHistory } from './run-history.ts';
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
  readonly fault: () => Words | null;
}

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
    counts: (since) => {
      flush();
      return history.counts(since);
    },
    troubles: (since, limit) => {
      flush();
      return history.troubles(since, limit);
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
