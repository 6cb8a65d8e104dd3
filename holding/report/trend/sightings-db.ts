import { existsSync, renameSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, OmegaError } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { openSqlite, transact } from '#lib/sqlite.ts';

const migrations = [
  `CREATE TABLE item (
    unit TEXT NOT NULL, channel TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,
    day INTEGER NOT NULL, last_day INTEGER NOT NULL, terms TEXT NOT NULL, title TEXT NOT NULL, lead TEXT NOT NULL,
    url TEXT NOT NULL, sha256 TEXT NOT NULL, call_id TEXT,
    PRIMARY KEY (unit, channel, key)
  ) WITHOUT ROWID;
  CREATE TABLE feed (
    unit TEXT NOT NULL, url TEXT NOT NULL, etag TEXT, last_modified TEXT, body TEXT NOT NULL,
    PRIMARY KEY (unit, url)
  ) WITHOUT ROWID`,
  `CREATE TABLE cover (
    unit TEXT NOT NULL, channel TEXT NOT NULL, day INTEGER NOT NULL,
    PRIMARY KEY (unit, channel, day)
  ) WITHOUT ROWID;
  CREATE INDEX item_text ON item (unit, sha256, day, source) WHERE kind = 'document'`,
];
const tables = 3;

/** The record, and what was wrong with it, where it had to be begun anew. */
export interface OpenRecord {
  readonly db: DatabaseSync;
  readonly fault: Words | null;
}

/**
 * Opens the record of earlier periods. One that is damaged anywhere is set aside and a new one begun: it could be
 * neither read nor written to its end. Null keeps nothing.
 * @throws OmegaError where it cannot be opened or a newer Omega wrote it.
 */
export function openRecord(path: string | null, now: number): OpenRecord {
  if (path === null) return { db: openInMemory(), fault: null };
  const db = openWhole(path);
  if (db !== null) return { db, fault: null };
  const aside = `${path}.broken-${new Date(now).toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  const fault = {
    en: `The record of earlier periods was damaged and is begun anew; it lies in ${basename(aside)}.`,
    nl: `De gegevens van eerdere weken waren beschadigd, dus die worden opnieuw verzameld; de oude staan in ${basename(aside)}.`,
  };
  return { db: open(path), fault };
}

/** Writes all or nothing. @throws OmegaError `E_DATABASE` that says what to do. */
export function writeTo(db: DatabaseSync, write: () => void): void {
  try {
    transact(db, write);
  } catch (cause) {
    const path = db.location() ?? 'the record in memory';
    throw new OmegaError(`What was read cannot be written into ${path}: ${messageOf(cause)}`, {
      code: 'E_DATABASE',
      hint: 'Make room on the disk, or let Omega write there: npm run doctor looks at both.',
      cause,
    });
  }
}

/** Null where it is damaged. */
function openWhole(path: string): DatabaseSync | null {
  let db: DatabaseSync | undefined;
  try {
    db = open(path);
    if (isWhole(db)) return db;
  } catch (error) {
    if (!isDamaged(error)) {
      db?.close();
      throw error;
    }
  }
  db?.close();
  return null;
}

function isWhole(db: DatabaseSync): boolean {
  const [count] = db
    .prepare(`SELECT count(*) AS found FROM sqlite_schema WHERE name IN ('item', 'feed', 'cover')`)
    .all();
  return count?.['found'] === tables && db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok';
}

function open(path: string): DatabaseSync {
  return openSqlite(path, { migrations, synchronous: 'NORMAL' });
}

function openInMemory(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  for (const step of migrations) db.exec(step);
  return db;
}

/** SQLite's corrupt and no database; and 1, where a migration misses a table that it changes. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [1, 11, 26].includes(Number(error.errcode) & 0xff);
}
