import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { transact } from '#lib/sqlite.ts';
import { beginAnew, isDamaged, isReplaced, openShelfFile, patienceMs, rewrite, sqliteCode } from './shelf-file.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Statements on the shelf's file. One that meets damage begins the file anew, empty, and says so by its error. */
export interface ShelfDb extends Disposable {
  readonly one: (sql: string, ...values: SQLInputValue[]) => Row | undefined;
  readonly all: (sql: string, ...values: SQLInputValue[]) => readonly Row[];
  /** How many rows it changed. */
  readonly run: (sql: string, ...values: SQLInputValue[]) => number;
  /** All of the work or none of it, against other processes as well; not within itself. */
  readonly alone: <Result>(work: () => Result) => Result;
  /** The same; within {@link ShelfDb.alone} as a part of it. */
  readonly whole: <Result>(work: () => Result) => Result;
  /** The same where no other process writes now; else nothing is done. For what may be left out. */
  readonly unlessBusy: (work: () => void) => void;
  /** Within either: once that is committed, nothing stays of what was erased. */
  readonly scrub: () => void;
}

/** So long after a scrub that failed it is tried again: each reads and writes the whole file. */
const scrubAgainMs = 60_000;

/** Opens the shelf's file; null: in memory. @throws OmegaError where it cannot be used. */
export function openShelfDb(path: string | null, log: Log): ShelfDb {
  let file = openShelfFile(path, log);
  let scrubFailedAt = -Infinity;
  const statement = (sql: string): StatementSync => {
    const prepared = file.statements.get(sql) ?? file.db.prepare(sql);
    file.statements.set(sql, prepared);
    return prepared;
  };
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      // Within a transaction it comes by here again after its end.
      if (path === null || file.db.isTransaction || !isDamaged(error)) throw busyOr(error);
      file.db.close();
      file = beginAnew(path, log, messageOf(error));
      throw damaged(error);
    }
  };
  const scrub = (): void => {
    if (performance.now() - scrubFailedAt < scrubAgainMs) return;
    try {
      if (statement(`SELECT 1 FROM fact WHERE name = 'scrub'`).get() === undefined) return;
      if (!rewrite(file)) throw new OmegaError('Another process reads it.', { code: 'E_MEMORY_SHELF' });
      statement(`DELETE FROM fact WHERE name = 'scrub'`).run();
    } catch (error) {
      scrubFailedAt = performance.now();
      log.warn('What was forgotten may still lie in the file of the shelf; it is tried again', { error });
    }
  };
  const whole = <Result>(work: () => Result): Result => {
    if (file.db.isTransaction) return work();
    if (isReplaced(file, path)) {
      file.db.close();
      file = openShelfFile(path, log);
    }
    const result = guarded(() => transact(file.db, work));
    scrub();
    return result;
  };
  return {
    one: (sql, ...values) => guarded(() => statement(sql).get(...values)),
    all: (sql, ...values) => guarded(() => statement(sql).all(...values)),
    run: (sql, ...values) => guarded(() => Number(statement(sql).run(...values).changes)),
    alone: (work) => {
      if (!file.db.isTransaction) return whole(work);
      throw new OmegaError('The shelf is alone already.', { code: 'E_MEMORY_SHELF' });
    },
    whole,
    unlessBusy: (work) => {
      file.db.exec('PRAGMA busy_timeout = 0');
      try {
        whole(work);
      } catch (error) {
        if (codeOf(error) !== 'E_MEMORY_BUSY') throw error;
      } finally {
        file.db.exec(`PRAGMA busy_timeout = ${patienceMs}`);
      }
    },
    scrub: () => {
      if (path !== null) statement(`INSERT OR IGNORE INTO fact VALUES ('scrub', 1)`).run();
    },
    [Symbol.dispose]: () => {
      if (file.db.isOpen) file.db.close();
    },
  };
}

function damaged(cause: unknown): OmegaError {
  return new OmegaError('The shelf of the memory was damaged and is begun anew.', {
    code: 'E_MEMORY_SHELF',
    hint: 'Try again: it is filled from the ledger, and nothing is lost.',
    cause,
  });
}

/** SQLite's busy, in words. */
function busyOr(error: unknown): unknown {
  if (sqliteCode(error) !== 5) return error;
  return new OmegaError('Another process has been writing to the memory for too long.', {
    code: 'E_MEMORY_BUSY',
    hint: 'Try again in a minute.',
    exitCode: 75,
    cause: error,
  });
}
