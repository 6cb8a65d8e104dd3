import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OmegaError } from './errors.ts';

export interface SqliteOptions {
  /** Statements that make or change the tables, in their order; each is run once in the life of a file. */
  readonly migrations: readonly string[];
  /** `FULL`: a commit is on the disk when it returns. `NORMAL`: whole after a power cut, but the last ones may be gone. */
  readonly synchronous: 'FULL' | 'NORMAL';
}

/** How long a statement waits for another process that writes, in milliseconds. */
const busyTimeoutMs = 2000;

/**
 * Opens a database that several processes may write, mode 0600.
 * @throws OmegaError `E_NEWER_DATA` where a newer Omega wrote it, and SQLite's own error where it cannot be used.
 */
export function openSqlite(path: string, { migrations, synchronous }: SqliteOptions): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600)); // Made here first, so that SQLite and its two companions inherit the mode.
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`);
    if (versionOf(db) !== migrations.length) transact(db, () => migrate(db, path, migrations));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Does all of the work or none of it, against other processes as well. */
export function transact<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk may have rolled it back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Within a transaction, so that two processes that open a new file at once do not both make its tables. */
function migrate(db: DatabaseSync, path: string, migrations: readonly string[]): void {
  const taken = versionOf(db);
  if (taken > migrations.length) {
    throw new OmegaError(`${path} was written by a newer Omega than this one`, {
      code: 'E_NEWER_DATA',
      hint: 'Start the newer version again, or move the file away to begin a new one.',
      permanent: true,
    });
  }
  for (const step of migrations.slice(taken)) db.exec(step);
  db.exec(`PRAGMA user_version = ${migrations.length}`);
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
}
