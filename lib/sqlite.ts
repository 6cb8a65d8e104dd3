import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { codeOf, messageOf, OmegaError } from './errors.ts';

export interface SqliteOptions {
  /** Statements that make or change the tables, in their order; each is run once in the life of a file. */
  readonly migrations: readonly string[];
  /** `FULL`: a commit is on the disk when it returns. `NORMAL`: whole after a power cut, but the last ones may be gone. */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** What to do about a damaged file; unless said, it may be moved away. */
  readonly ifDamaged?: string;
}

/** A path that is no file: a database that is gone when it is closed. */
export const inMemory = ':memory:';

/** How long a statement waits for another process that writes, in milliseconds. */
const busyTimeoutMs = 2000;

/**
 * Opens a database that several processes may write, mode 0600.
 * @throws OmegaError `E_NEWER_DATA` where a newer Omega wrote it; else one with the code and `errcode` of what it met.
 */
export function openSqlite(path: string, options: SqliteOptions): DatabaseSync {
  try {
    if (path !== inMemory) makeFile(path);
    return openMigrated(path, options);
  } catch (error) {
    throw error instanceof OmegaError ? error : unusable(path, error, options.ifDamaged);
  }
}

/** Made here first, so that SQLite and its two companions inherit the mode. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

function openMigrated(path: string, { migrations, synchronous }: SqliteOptions): DatabaseSync {
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

/** SQLite's own words name no file. What callers decide by stays: its code and its `errcode`. */
function unusable(path: string, cause: unknown, ifDamaged?: string): OmegaError {
  const hint = isDamaged(cause)
    ? (ifDamaged ?? `Stop Omega, move it away (mv '${path}' '${path}.broken'), and start: a new one is begun.`)
    : 'npm run doctor looks at the disk and at the data folder.';
  const error = new OmegaError(`${path} cannot be used`, { code: codeOf(cause) ?? 'E_DATABASE', hint, cause });
  return Object.assign(error, cause instanceof Error && 'errcode' in cause ? { errcode: cause.errcode } : {});
}

/** SQLite's corrupt, and no database. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff);
}

/** What is damaged in a database that is there, in words; null: nothing. It is only read, all of it. */
export function damageOf(path: string): string | null {
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    return found === 'ok' ? null : String(found);
  } catch (error) {
    if (isDamaged(error)) return messageOf(error);
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
