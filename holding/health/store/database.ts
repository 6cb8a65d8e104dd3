import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { migrations } from './schema.ts';

/** An open database, and what the owner should know about how it was opened. */
export interface Opened {
  readonly db: DatabaseSync;
  readonly fault: string | null;
}

/** How long a statement waits for another process that writes, in milliseconds. */
const busyTimeoutMs = 2000;

/**
 * Opens `health.sqlite` for writing. One that is damaged is set aside and a new one begun; where it cannot be written
 * (a full disk, a foreign owner) records live in memory: a monitor that forgets beats one that does not start.
 * @throws OmegaError when a newer Omega wrote it, and SQLite's own error when another process holds it.
 */
export function openDatabase(path: string, { now, log }: { now: number; log: Log }): Opened {
  try {
    return { db: openMigrated(path), fault: null };
  } catch (error) {
    if (isUnwritable(error)) return openInMemory(error, log);
    if (!isDamaged(error)) throw error;
    log.error('health.sqlite is damaged', { error });
  }
  const aside = `${path}.broken-${new Date(now).toISOString().replaceAll(':', '')}`;
  try {
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    const db = openMigrated(path);
    log.warn('health.sqlite was set aside and begun anew', { aside });
    return { db, fault: `It was damaged; the history until now lies in ${aside}` };
  } catch (error) {
    return openInMemory(error, log);
  }
}

function openInMemory(error: unknown, log: Log): Opened {
  log.error('health.sqlite cannot be written; records are kept in memory until the next start', { error });
  return { db: openMigrated(':memory:'), fault: `It cannot be written: ${messageOf(error)}` };
}

/** Opens it for reading beside the process that writes. @throws OmegaError where there is none yet. */
export function openForReading(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  } catch (cause) {
    throw new OmegaError(`No records can be read from ${path}`, {
      code: 'E_NO_RECORDS',
      hint: existsSync(path) ? 'npm run doctor looks at the data folder.' : 'npm start makes the first ones.',
      cause,
    });
  }
}

function openMigrated(path: string): DatabaseSync {
  // Made here first, so that SQLite and its two companions inherit the mode.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const verdict = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (verdict !== 'ok') throw new OmegaError(`It is damaged: ${String(verdict)}`, { code: 'E_DAMAGED' });
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: DatabaseSync): void {
  const taken = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (taken > migrations.length) {
    throw new OmegaError('health.sqlite was written by a newer Omega than this one', {
      code: 'E_NEWER_DATA',
      hint: 'Start the newer version again, or move health.sqlite away to begin a new history.',
      permanent: true,
    });
  }
  for (const [index, step] of migrations.entries()) {
    if (index >= taken) db.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

/** SQLite's corrupt and no database, or a folder where the file should be. */
function isDamaged(error: unknown): boolean {
  return ['E_DAMAGED', 'EISDIR'].includes(codeOf(error) ?? '') || [11, 26].includes(sqliteCode(error));
}

/** SQLite's read only, I/O error, full and cannot open, and what Node says of such a file. */
function isUnwritable(error: unknown): boolean {
  const codes = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT', 'ENOTDIR'];
  return codes.includes(codeOf(error) ?? '') || [8, 10, 13, 14].includes(sqliteCode(error));
}

/** Its primary result code; 0 for any other error. */
function sqliteCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return 0;
  return error.errcode & 0xff;
}
