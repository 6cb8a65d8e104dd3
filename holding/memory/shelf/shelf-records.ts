import { z } from 'zod';
import { kinds, languages, Source, statuses, trusts, type MemoryRecord, type Status } from '../record.ts';
import type { Row, ShelfDb } from './shelf-db.ts';
import type { Shelf } from './shelf.ts';

type Records = Pick<
  Shelf,
  | 'get'
  | 'beginning'
  | 'isForgotten'
  | 'origins'
  | 'all'
  | 'counts'
  | 'forgotten'
  | 'forgottenIds'
  | 'createdSince'
  | 'lastWriteAt'
>;

/** What reads a record in full; what it stands for is its own until something newer takes its place. */
export const selectRecord = `
  SELECT *, coalesce(valid_to, superseded_at) AS ends,
    (SELECT json_group_array(older ORDER BY older) FROM supersession WHERE newer = id) AS supersedes
  FROM record JOIN wording USING (seq)`;

/** So many are read at once: no statement stays open while its caller does something else. */
const recordsAtOnce = 500;
const mostBeginning = 3;

export function shelfRecords(db: ShelfDb): Records {
  const number = (sql: string, ...values: number[]): number => Number(db.one(sql, ...values)?.['n'] ?? 0);
  return {
    get: (id) => recordOrNull(db.one(`${selectRecord} WHERE id = ?`, id)),
    beginning: (prefix) =>
      db
        .all(`${selectRecord} WHERE id BETWEEN ?1 AND ?1 || 'g' ORDER BY id LIMIT ${mostBeginning}`, prefix)
        .map(recordOf),
    isForgotten: (id) => db.one('SELECT 1 FROM known WHERE id = ? AND is_forgotten', id) !== undefined,
    origins: (id) => db.all('SELECT origin FROM origin WHERE id = ?', id).map(({ origin }) => String(origin)),
    all: (wanted = statuses) => allRecords(db, wanted),
    counts: () =>
      db
        .all('SELECT unit, kind, status, count(*) AS records FROM record GROUP BY unit, kind, status')
        .map((row) => Count.parse(row)),
    forgotten: () => number('SELECT count(*) AS n FROM known WHERE is_forgotten'),
    forgottenIds: () => db.all('SELECT id FROM known WHERE is_forgotten').map(({ id }) => String(id)),
    createdSince: (at) => number('SELECT count(*) AS n FROM record WHERE created_at >= ?', at),
    lastWriteAt: () => {
      const row = db.one(`SELECT value FROM fact WHERE name = 'lastWriteAt'`);
      return row === undefined ? null : Number(row['value']);
    },
  };
}

const Count = z.object({ unit: z.string(), kind: z.enum(kinds), status: z.enum(statuses), records: z.number() });

const words = z.array(z.string());
const Keywords = z.object({ nl: words, en: words });

const Stored = z.object({
  id: z.string(),
  kind: z.enum(kinds),
  unit: z.string(),
  lang: z.enum(languages),
  text: z.string(),
  keywords: z.string(),
  importance: z.number(),
  created_at: z.number(),
  valid_from: z.number(),
  ends: z.number().nullable(),
  supersedes: z.string(),
  superseded_by: z.string().nullable(),
  source: z.string(),
  trust: z.enum(trusts),
  status: z.enum(statuses),
  suspicion: z.string().nullable(),
  told: z.number(),
  seq: z.number(),
});

export function recordOrNull(row: Row | undefined): MemoryRecord | null {
  return row === undefined ? null : recordOf(row);
}

function recordOf(row: Row): MemoryRecord {
  const {
    created_at: createdAt,
    valid_from: validFrom,
    ends: validTo,
    superseded_by: supersededBy,
    ...rest
  } = Stored.parse(row);
  return {
    ...rest,
    createdAt,
    validFrom,
    validTo,
    supersededBy,
    keywords: Keywords.parse(JSON.parse(rest.keywords)),
    supersedes: words.parse(JSON.parse(rest.supersedes)),
    source: Source.parse(JSON.parse(rest.source)),
  };
}

function* allRecords(db: ShelfDb, wanted: readonly Status[]): Generator<MemoryRecord> {
  const sql = `${selectRecord} WHERE seq > ? AND status IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ${recordsAtOnce}`;
  for (let last = 0, count = recordsAtOnce; count === recordsAtOnce;) {
    const page = db.all(sql, last, JSON.stringify(wanted)).map(recordOf);
    yield* page;
    count = page.length;
    last = page.at(-1)?.seq ?? last;
  }
}
