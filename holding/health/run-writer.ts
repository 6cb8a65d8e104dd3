import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { transact } from './database.ts';
import type { Run, RunEnd } from './runs.ts';
import { amount } from './wording.ts';

/** From a record to its being written. */
const writeAfterMs = 25;

/** So many that could not be written are kept for their second try: a full disk must not fill the memory too. */
const keptForRetry = 1000;

/** What is still to be written of a run: its beginning, its end, or both. */
export interface Pending {
  /** With an attempt it is written before the end is: the last attempt of each job is kept by that step. */
  readonly run?: Run;
  readonly isAttempt?: boolean;
  readonly end?: RunEnd;
}

/** Gathers records of runs and writes them together; what cannot be written is tried once more with the next ones. */
export interface RunWriter {
  readonly add: (id: string, part: Pending) => void;
  /** Writes at once what is still to be written. */
  readonly flush: () => void;
  /** What the owner should know of records that could not be written since the start; null: nothing. */
  readonly fault: () => string | null;
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

function faultOf({ isOn, lost, reason }: { isOn: boolean; lost: number; reason: string }): string | null {
  if (lost > 0) return `${amount(lost, 'record')} of runs could not be written down since the start: ${reason}`;
  return isOn ? `The last runs could not be written down: ${reason}` : null;
}

/** Writes a batch as one step: a row for what began, an end for what began earlier. */
function batchWriterIn(db: DatabaseSync): (batch: readonly (readonly [id: string, pending: Pending])[]) => void {
  const insert = db.prepare(`
    INSERT INTO run (id, job_id, name, queue, reason, scheduled, started, attempts, ended, outcome, error, result)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`);
  const update = db.prepare('UPDATE run SET ended = ?, outcome = ?, error = ?, result = ? WHERE id = ?');
  return (batch) => {
    transact(db, () => {
      for (const [id, { run, isAttempt = false, end }] of batch) {
        if (run !== undefined) insert.run(...beginningOf(run), ...endOf(isAttempt ? undefined : end));
        if (end !== undefined && (run === undefined || isAttempt)) update.run(...endOf(end), id);
      }
    });
  };
}

function beginningOf({ id, jobId, job, queue, reason, scheduledAt, startedAt, attempt }: Run): (string | number)[] {
  return [id, jobId, job, queue, reason, scheduledAt, startedAt, attempt];
}

function endOf(end: RunEnd | undefined): (string | number | null)[] {
  return [end?.endedAt ?? null, end?.outcome ?? null, end?.error ?? null, end?.result ?? null];
}
