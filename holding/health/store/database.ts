import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import { migrations } from './schema.ts';

/** An open database, and what the owner should know about how it was opened. */
export interface Opened {
  readonly db: DatabaseSync;
  readonly fault: Words | null;
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
    const nl = `De geschiedenis was beschadigd; wat er tot nu toe in stond, staat in ${aside}`;
    return { db, fault: { en: `It was damaged; the history until now lies in ${aside}`, nl } };
  } catch (error) {
    return openInMemory(error, log);
  }
}

function openInMemory(error: unknown, log: Log): Opened {
  log.error('health.sqlite cannot be written; records are kept in memory until the next start', { error });
  const why = messageOf(error);
  const fault = { en: `It cannot be written: ${why}`, nl: `De geschiedenis kan niet worden opgeslagen: ${why}` };
  return { db: openMigrated(':memory:'), fault };
}

/** Opens it for reading beside the process that writes. @throws OmegaError where there is none yet, or another Omega's. */
export function openForReading(path: string): DatabaseSync {
  return orExplain(path, () => {
    const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    try {
      requireKnown(versionOf(db));
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Opens one that is there for a command that writes beside the worker. @throws OmegaError where it cannot be used. */
export function openBeside(path: string): DatabaseSync {
  return orExplain(path, () => {
    if (!existsSync(path)) throw new OmegaError('There is none', { code: 'ENOENT' });
    return openMigrated(path);
  });
}

function orExplain(path: string, open: () => DatabaseSync): DatabaseSync {
  try {
    return open();
  } catch (cause) {
    if (codeOf(cause) === 'E_NEWER_DATA' || codeOf(cause) === 'E_OLDER_DATA') throw cause;
    throw explained(path, cause);
  }
}

/** What SQLite or the file system said of the records, with what the owner can do about it. */
export function explained(path: string, cause: unknown): OmegaError {
  const isHeld = [5, 6].includes(sqliteCode(cause));
  const hint = !existsSync(path)
    ? 'npm start makes the first ones.'
    : isHeld
      ? 'Another process holds them: try again in a moment.'
      : isDamaged(cause)
        ? 'The next start of Omega sets the file aside and begins a new one: npm run stop, then npm start.'
        : 'npm run doctor looks at the data folder.';
  const exitCode = isHeld ? 75 : 1;
  return new OmegaError(`The records in ${path} cannot be used`, { code: 'E_NO_RECORDS', hint, exitCode, cause });
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
  const taken = versionOf(db);
  if (taken > migrations.length) requireKnown(taken);
  for (const [index, step] of migrations.entries()) {
    if (index >= taken) db.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** @throws OmegaError where another Omega wrote it. */
function requireKnown(version: number): void {
  if (version === migrations.length) return;
  const isNewer = version > migrations.length;
  throw new OmegaError(`health.sqlite was written by ${isNewer ? 'a newer' : 'an older'} Omega than this one`, {
    code: isNewer ? 'E_NEWER_DATA' : 'E_OLDER_DATA',
    hint: isNewer
      ? 'Start the newer version again, or move health.sqlite away to begin a new history.'
      : 'Start Omega anew: npm run stop, then npm start, brings it up to date.',
    permanent: true,
  });
}

/** SQLite's corrupt and no database, or a folder where the file should be. */
export function isDamaged(error: unknown): boolean {
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
