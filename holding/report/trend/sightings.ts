import type { DatabaseSync } from 'node:sqlite';
import type { Words } from '#lib/language.ts';
import type { Sighting } from './count.ts';
import type { Cover, Covered } from './coverage.ts';
import { daysKept, type Day } from './days.ts';
import { openRecord, writeTo } from './sightings-db.ts';

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

/** What counts of an item, and its name. */
export type Seen = Sighting & Pick<Item, 'key'>;

/** What was seen in the last weeks, by unit. Running a report twice writes the same rows twice. */
export interface Sightings extends Disposable {
  /** Where the record had to be begun anew. */
  readonly fault: Words | null;
  /** An item that is known keeps the day on which it was seen first. */
  readonly add: (unit: string, items: readonly Item[], today: Day) => void;
  /** Documents with the same text are one: the first of them. */
  readonly all: (unit: string, today: Day) => Iterable<Seen>;
  readonly item: (unit: string, item: Pick<Item, 'channel' | 'key'>) => Remembered | null;
  readonly cover: (unit: string, covers: readonly Cover[]) => void;
  readonly covered: (unit: string) => Covered;
  readonly feed: (unit: string, url: string) => FeedCopy | null;
  readonly keepFeed: (unit: string, url: string, copy: FeedCopy) => void;
  /** Forgets what is too old to count, and the copies of other feeds than these. */
  readonly prune: (unit: string, today: Day, feeds: readonly string[]) => void;
}

/** Opens the record of earlier periods, see {@link openRecord}. */
export function openSightings(path: string | null, now: number): Sightings {
  const { db, fault } = openRecord(path, now);
  const statements = prepare(db);
  const { add, all, item, cover, covered, feed, keepFeed } = statements;
  return {
    fault,
    add: (unit, items, today) =>
      writeTo(db, () => {
        for (const { channel, key, kind, source, day, terms, title, lead, url, sha256, callId } of items)
          add.run({ unit, channel, key, kind, source, day, today, terms, title, lead, url, sha256, callId });
      }),
    *all(unit, today) {
      for (const row of all.iterate({ unit, after: today - daysKept, until: today })) yield seenOf(row);
    },
    item: (unit, { channel, key }) => rememberedOf(item.get(unit, channel, key)),
    cover: (unit, covers) =>
      writeTo(db, () => {
        for (const { channel, from, until } of covers)
          for (let day = from; day <= until; day += 1) cover.run(unit, channel, day);
      }),
    covered: (unit) => {
      const rows = Map.groupBy(covered.all(unit), (row) => String(row['channel']));
      return new Map([...rows].map(([channel, days]) => [channel, new Set(days.map((row) => Number(row['day'])))]));
    },
    feed: (unit, url) => copyOf(feed.get(unit, url)),
    keepFeed: (unit, url, { etag, lastModified, body }) =>
      writeTo(db, () => void keepFeed.run(unit, url, etag, lastModified, body)),
    prune: (unit, today, feeds) => writeTo(db, () => pruneBy(statements, unit, { today, feeds })),
    [Symbol.dispose]: () => db.close(),
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    // The earlier day, for a clock that was ahead once.
    add: db.prepare(`
      INSERT INTO item VALUES (:unit, :channel, :key, :kind, :source, :day, :today, :terms, :title, :lead, :url, :sha256, :callId)
      ON CONFLICT DO UPDATE SET day = min(day, excluded.day), last_day = excluded.last_day, terms = excluded.terms,
        title = excluded.title, lead = excluded.lead, url = excluded.url, sha256 = excluded.sha256,
        call_id = excluded.call_id`),
    all: db.prepare(`
      SELECT channel, key, source, kind, day, terms FROM item
      WHERE unit = :unit AND day > :after AND day <= :until AND NOT (kind = 'document' AND EXISTS (
        SELECT 1 FROM item AS first WHERE first.unit = item.unit AND first.kind = 'document'
          AND first.sha256 = item.sha256 AND (first.day, first.source) < (item.day, item.source)))`),
    item: db.prepare(`
      SELECT source, kind, title, lead, url, sha256, call_id AS callId FROM item
      WHERE unit = ? AND channel = ? AND key = ?`),
    cover: db.prepare('INSERT OR IGNORE INTO cover VALUES (?, ?, ?)'),
    covered: db.prepare('SELECT channel, day FROM cover WHERE unit = ?'),
    feed: db.prepare('SELECT etag, last_modified AS lastModified, body FROM feed WHERE unit = ? AND url = ?'),
    keepFeed: db.prepare('INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?, ?)'),
    recent: db.prepare('SELECT 1 FROM item WHERE unit = ? AND last_day > ? AND last_day < ? LIMIT 1'),
    pruneItems: db.prepare('DELETE FROM item WHERE unit = ? AND last_day <= ? AND day <= ?'),
    pruneCover: db.prepare('DELETE FROM cover WHERE unit = ? AND day <= ?'),
    pruneFeeds: db.prepare('DELETE FROM feed WHERE unit = ? AND url NOT IN (SELECT value FROM json_each(?))'),
  };
}

/**
 * Where nothing was seen for all of the time that is kept, today's clock may be wrong rather than the record old: so it
 * goes only once there is another day of these weeks.
 */
function pruneBy(
  { recent, pruneItems, pruneCover, pruneFeeds }: Statements,
  unit: string,
  { today, feeds }: { readonly today: Day; readonly feeds: readonly string[] },
): void {
  const oldest = today - daysKept;
  pruneFeeds.run(unit, JSON.stringify(feeds));
  if (recent.get(unit, oldest, today) === undefined) return;
  pruneItems.run(unit, oldest, oldest);
  pruneCover.run(unit, oldest);
}

type Row = Readonly<Record<string, unknown>>;

/** Its terms are read only where they are asked for: they are most of it. */
function seenOf(row: Row): Seen {
  const terms = String(row['terms']);
  return {
    channel: String(row['channel']),
    key: String(row['key']),
    source: String(row['source']),
    kind: kindOf(row['kind']),
    day: Number(row['day']),
    get terms() {
      return terms === '' ? [] : terms.split('\n');
    },
  };
}

function rememberedOf(row: Row | undefined): Remembered | null {
  if (row === undefined) return null;
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

function copyOf(row: Row | undefined): FeedCopy | null {
  if (row === undefined) return null;
  return { etag: textOrNull(row['etag']), lastModified: textOrNull(row['lastModified']), body: String(row['body']) };
}

function kindOf(value: unknown): Sighting['kind'] {
  return value === 'document' || value === 'feed' ? value : 'search';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
