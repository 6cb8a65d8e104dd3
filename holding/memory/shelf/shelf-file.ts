import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { inMemory, openSqlite } from '#lib/sqlite.ts';
import { writeAheadLog } from '#lib/write-ahead-log.ts';
import { schema } from './shelf-schema.ts';
import { gramsOf } from '../words/words.ts';

/** The open file of the shelf. */
export interface ShelfFile {
  readonly db: DatabaseSync;
  readonly statements: Map<string, StatementSync>;
  /** Of the file when it was opened; null: in memory. */
  readonly inode: number | null;
}

/** How long a commit waits for those of other processes. */
export const patienceMs = 10_000;
/** The same for writing it all anew, which can wait. */
const rewritePatienceMs = 2000;

/** Another schema, or another way to split a text into grams, makes another shelf. */
const stamp = createHash('sha256')
  .update([schema, ...gramsOf('Één œuvre: 2 fjörds, straße & ﬁets-9')].join(' '))
  .digest('hex');

/** Opens it, or begins it anew where it is damaged or from another version. @throws OmegaError where it cannot be used. */
export function openShelfFile(path: string | null, log: Log): ShelfFile {
  try {
    return openStamped(path);
  } catch (error) {
    if (path === null || !isUnfit(error)) throw error;
    return beginAnew(path, log, messageOf(error));
  }
}

/** Deletes it and begins an empty one: what is damaged is not kept, for it holds texts, which may be forgotten later. */
export function beginAnew(path: string, log: Log, why: string): ShelfFile {
  log.warn('The shelf of the memory is begun anew, to be filled from the ledger', { path, why });
  for (const suffix of ['-wal', '-shm', '']) rmSync(path + suffix, { force: true, recursive: true });
  return openStamped(path);
}

/** Whether another file lies there now, or none: then this one is everybody's no more. */
export function isReplaced(file: ShelfFile, path: string | null): boolean {
  return file.inode !== inodeOf(path);
}

/** SQLite's corrupt, and no database. */
export function isDamaged(error: unknown): boolean {
  return [11, 26].includes(sqliteCode(error));
}

/** SQLite's primary result code; 0 for any other error. */
export function sqliteCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

/**
 * Writes all of it anew: a row that was moved leaves a copy of itself behind when it is deleted, and the index of
 * words only marks what is deleted. False where another process reads what was before: then again later.
 */
export function rewrite({ db }: ShelfFile): boolean {
  db.exec(`PRAGMA busy_timeout = ${rewritePatienceMs}`);
  try {
    db.exec(`INSERT INTO words (words) VALUES ('optimize'); VACUUM`);
    const log = writeAheadLog(db);
    log.truncate({ patient: true });
    return !log.isDue();
  } finally {
    db.exec(`PRAGMA busy_timeout = ${patienceMs}`);
  }
}

/** @throws OmegaError `E_OTHER_DATA` where it was made for other tables or other grams. */
function openStamped(path: string | null): ShelfFile {
  const db = openSqlite(path ?? inMemory, { migrations: [schema], synchronous: 'NORMAL' });
  try {
    db.exec(`PRAGMA busy_timeout = ${patienceMs}; PRAGMA secure_delete = ON`);
    db.prepare(`INSERT OR IGNORE INTO fact VALUES ('stamp', ?)`).run(stamp);
    if (db.prepare(`SELECT value FROM fact WHERE name = 'stamp'`).get()?.['value'] !== stamp)
      throw new OmegaError('Another version of Omega wrote it', { code: 'E_OTHER_DATA' });
    return { db, statements: new Map(), inode: inodeOf(path) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function inodeOf(path: string | null): number | null {
  return path === null ? null : (statSync(path, { throwIfNoEntry: false })?.ino ?? null);
}

/** Damaged, of another version, a folder, or one without our tables. */
export function isUnfit(error: unknown): boolean {
  return (
    isDamaged(error) ||
    sqliteCode(error) === 1 ||
    ['E_NEWER_DATA', 'E_OTHER_DATA', 'EISDIR'].includes(codeOf(error) ?? '')
  );
}
