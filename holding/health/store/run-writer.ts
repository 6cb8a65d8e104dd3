import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { messageOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import { transact } from '#lib/sqlite.ts';
import type { Run, RunEnd } from './runs.ts';
import { amount } from '../views/wording.ts';

/** From a record to its being written. */
const writeAfterMs = 25;

/** So many that could not be written are kept for their second try: a full disk must not fill the memory too. */
const keptForRetry = 1000;

/** What is still to be written of a run: its beginning, its end, or both. */
export interface Pending {
  readonly run?: Run;
  readonly end?: RunEnd;
}

/** Gathers records of runs and writes them together; what cannot be written is tried once more with the next ones. */
export interface RunWriter {
  readonly add: (id: string, part: Pending) => void;
  /** Writes at once what is still to be written. */
  readonly flush: () => void;
  /** What the owner should know of records that could not be written since the start; null: nothing. */
  readonly fault: () => Words | null;
}

/** The one writer of runs in an open database. */
export function runWriterIn(db: DatabaseSync, log: Log): RunWriter {
  const write = batchWriterIn(db);
  const pending = new Map<string, Pending & { readonly isRetry: boolean }>();
  const trouble = { isOn: false, lost: 0, reason: '' };
  let timer: NodeJS.Timeout | undefined;

  function add(id: string, part: Pending): void {
    pending.set(id, { ...pending.get(id), ...part, isRetry: false });
    timer ??= setTimeout(flush, writeAfterMs);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (pending.size === 0) return;
    const batch = [...pending];
    pending.clear();
    try {
      write(batch);
      trouble.isOn = false;
    } catch (error) {
      const kept = batch.filter(([, { isRetry }]) => !isRetry).slice(-keptForRetry);
      for (const [id, part] of kept) pending.set(id, { ...part, isRetry: true });
      trouble.isOn = true;
      trouble.lost += batch.length - kept.length;
      trouble.reason = messageOf(error);
      log.error('Runs could not be written down', { runs: batch.map(([id]) => id), kept: kept.length, error });
    }
  }

  return { add, flush, fault: () => faultOf(trouble) };
}

function faultOf({ isOn, lost, reason }: { isOn: boolean; lost: number; reason: string }): Words | null {
  if (lost > 0) {
    return {
      en: `${amount(lost, 'record')} of runs could not be written down since the start: ${reason}`,
      nl: `Sinds de start konden ${lost} gegevens van taken niet worden opgeslagen: ${reason}`,
    };
  }
  if (!isOn) return null;
  return {
    en: `The last runs could not be written down: ${reason}`,
    nl: `De gegevens van de laatste taken konden niet worden opgeslagen: ${reason}`,
  };
}

/** Writes a batch as one step: a row for what began, an end for what began earlier, and how each job last went. */
function batchWriterIn(db: DatabaseSync): (batch: readonly (readonly [id: string, pending: Pending])[]) => void {
  const insert = db.prepare(`
    INSERT INTO run (id, job_id, name, queue, reason, scheduled, started, attempts, ended, outcome, error, result)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const update = db.prepare(`
    UPDATE run SET ended = ?, outcome = ?, error = ?, result = ? WHERE id = ? AND outcome IS NULL
    RETURNING name, started`);
  const keepLast = db.prepare(`
    INSERT INTO last_run (name, success, outcome, duration) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET
      success = coalesce(excluded.success, success),
      outcome = excluded.outcome,
      duration = coalesce(excluded.duration, duration)`);
  return (batch) => {
    transact(db, () => {
      const last = new Map<string, LastAttempt>();
      for (const [id, { run, end }] of batch) {
        if (run !== undefined) insert.run(...beginningOf(run), ...endOf(end));
        const begun =
          run === undefined ? begunBy(update.get(...endOf(end), id)) : { name: run.job, started: run.startedAt };
        if (begun !== null && end !== undefined && isAttempt(end))
          last.set(begun.name, attemptOf(begun, end, last.get(begun.name)));
      }
      for (const [name, { success, outcome, duration }] of last) keepLast.run(name, success, outcome, duration);
    });
  };
}

/** How a job last went: it outlives the runs themselves, for a job that succeeds once a year. */
interface LastAttempt {
  readonly success: number | null;
  readonly outcome: string;
  readonly duration: number | null;
}

const Begun = z.object({ name: z.string(), started: z.number() });

function begunBy(row: unknown): z.infer<typeof Begun> | null {
  return row === undefined ? null : Begun.parse(row);
}

/** What was skipped, stale or missed never began, and says nothing of how the job goes. */
function isAttempt({ outcome }: RunEnd): boolean {
  return ['done', 'failed', 'dead', 'interrupted'].includes(outcome);
}

function attemptOf(
  { started }: z.infer<typeof Begun>,
  { endedAt, outcome }: RunEnd,
  before?: LastAttempt,
): LastAttempt {
  return {
    success: outcome === 'done' ? endedAt : (before?.success ?? null),
    outcome,
    duration: outcome === 'interrupted' ? (before?.duration ?? null) : endedAt - started,
  };
}

function beginningOf({ id, jobId, job, queue, reason, scheduledAt, startedAt, attempt }: Run): (string | number)[] {
  return [id, jobId, job, queue, reason, scheduledAt, startedAt, attempt];
}

function endOf(end: RunEnd | undefined): (string | number | null)[] {
  return [end?.endedAt ?? null, end?.outcome ?? null, end?.error ?? null, end?.result ?? null];
}
