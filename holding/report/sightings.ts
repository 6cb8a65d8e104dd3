import { existsSync, renameSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite, transact } from '#lib/sqlite.ts';
import { daysKept, type Day } from './days.ts';
import type { Sighting } from './count.ts';

/** A document, feed item or search result as it was read: what counts, and where it is to be found again. */
export interface Item extends Omit<Sighting, 'terms'> {
  /** Stable within its channel: the same thing seen again has the same key. */
  readonly key: string;
  readonly title: string;
  /** The beginning of its text, for quotes. External. */
  readonly lead: string;
  /** One a line. */
  readonly terms: string;
  readonly url: string;
  readonly sha256: string;
  readonly callId: string | null;
}

/** What is known of an item without its text. */
export type Remembered = Pick<Item, 'source' | 'kind' | 'title' | 'lead' | 'url' | 'sha256' | 'callId'>;

/** A feed as it was fetched last, for conditional requests. */
export interface FeedCopy {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly body: string;
}

/** What was seen in the last weeks, by unit. Running a report twice writes the same rows twice. */
export interface Sightings extends Disposable {
  /** In words, where the record had to be begun anew. */
  readonly fault: string | null;
  /** An item that is known keeps the day on which it was seen first. */
  readonly add: (unit: string, items: readonly Item[], today: Day) => void;
  readonly all: (unit: string, today: Day) => Iterable<Sighting>;
  /** Those of a period that name a term, the newest first. */
  readonly naming: (unit: string, term: string, days: { readonly from: Day; readonly until: Day }) => Remembered[];
  readonly feed: (unit: string, url: string) => FeedCopy | null;
  readonly keepFeed: (unit: string, url: string, copy: FeedCopy) => void;
}

const schema = `
  CREATE TABLE item (
    unit TEXT NOT NULL, channel TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,
    day INTEGER NOT NULL, last_day INTEGER NOT NULL, terms TEXT NOT NULL, title TEXT NOT NULL, lead TEXT NOT NULL,
    url TEXT NOT NULL, sha256 TEXT NOT NULL, call_id TEXT,
    PRIMARY KEY (unit, channel, key)
  ) WITHOUT ROWID;
  CREATE TABLE feed (
    unit TEXT NOT NULL, url TEXT NOT NULL, etag TEXT, last_modified TEXT, body TEXT NOT NULL,
    PRIMARY KEY (unit, url)
  ) WITHOUT ROWID`;

/**
 * Opens the record of earlier periods. One that is damaged is set aside and a new one begun. Null keeps nothing.
 * @throws OmegaError where a newer Omega wrote it; SQLite's own error where it cannot be written.
 */
export function openSightings(path: string | null, now: number): Sightings {
  const { db, fault } = openOrBeginAnew(path, now);
  const add = db.prepare(`
    INSERT INTO item VALUES (:unit, :channel, :key, :kind, :source, :day, :today, :terms, :title, :lead, :url, :sha256, :callId)
    ON CONFLICT DO UPDATE SET last_day = excluded.last_day, terms = excluded.terms, title = excluded.title,
      lead = excluded.lead, url = excluded.url, sha256 = excluded.sha256, call_id = excluded.call_id`);
  const prune = db.prepare('DELETE FROM item WHERE unit = ? AND last_day <= ? AND day <= ?');
  const all = db.prepare('SELECT channel, source, kind, day, terms FROM item WHERE unit = ? AND day > ? AND day <= ?');
  const naming = db.prepare(`
    SELECT source, kind, title, lead, url, sha256, call_id AS callId FROM item
    WHERE unit = :unit AND day BETWEEN :from AND :until AND instr(char(10) || terms || char(10), char(10) || :term || char(10)) > 0
    ORDER BY day DESC, source, key LIMIT 50`);
  const feed = db.prepare('SELECT etag, last_modified AS lastModified, body FROM feed WHERE unit = ? AND url = ?');
  const keepFeed = db.prepare('INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?, ?)');
  return {
    fault,
    add: (unit, items, today) =>
      transact(db, () => {
        for (const { channel, key, kind, source, day, terms, title, lead, url, sha256, callId } of items)
          add.run({ unit, channel, key, kind, source, day, today, terms, title, lead, url, sha256, callId });
        prune.run(unit, today - daysKept, today - daysKept);
      }),
    *all(unit, today) {
      for (const row of all.iterate(unit, today - daysKept, today)) yield sightingOf(row);
    },
    naming: (unit, term, days) => naming.all({ unit, term, ...days }).map(rememberedOf),
    feed: (unit, url) => {
      const row = feed.get(unit, url);
      return row === undefined
        ? null
        : { etag: textOrNull(row['etag']), lastModified: textOrNull(row['lastModified']), body: String(row['body']) };
    },
    keepFeed: (unit, url, { etag, lastModified, body }) => void keepFeed.run(unit, url, etag, lastModified, body),
    [Symbol.dispose]: () => db.close(),
  };
}

type Row = Readonly<Record<string, unknown>>;

function sightingOf(row: Row): Sighting {
  return {
    channel: String(row['channel']),
    source: String(row['source']),
    kind: kindOf(row['kind']),
    day: Number(row['day']),
    terms: String(row['terms']).split('\n'),
  };
}

function rememberedOf(row: Row): Remembered {
  return {
    source: String(row['source']),
    kind: kindOf(row['kind']),
    title: String(row['title']),
    lead: String(row['lead']),
    url: String(row['url']),
    sha256: String(row['sha256']),
    callId: textOrNull(row['callId']),
  };
}

function kindOf(value: unknown): Sighting['kind'] {
  return value === 'document' || value === 'feed' ? value : 'search';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function openOrBeginAnew(
  path: string | null,
  now: number,
): { readonly db: DatabaseSync; readonly fault: string | null } {
  if (path === null) return { db: openInMemory(), fault: null };
  try {
    return { db: open(path), fault: null };
  } catch (error) {
    if (!isDamaged(error)) throw error;
  }
  const aside = `${path}.broken-${new Date(now).toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return {
    db: open(path),
    fault: `The record of earlier periods was damaged and is begun anew; it lies in ${basename(aside)}.`,
  };
}

function open(path: string): DatabaseSync {
  return openSqlite(path, { migrations: [schema], synchronous: 'NORMAL' });
}

function openInMemory(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(schema);
  return db;
}

/** SQLite's corrupt and no database. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff);
}
