import type { MemoryRecord } from '../record.ts';
import type { ShelfDb } from './shelf-db.ts';
import type { WordMatch, WordQuery } from './shelf.ts';
import { gramsOf } from '../words/words.ts';

/** The index of words: BM25 over the grams of text and keywords. */
export interface ShelfWords {
  readonly add: (record: Indexed) => void;
  readonly remove: (record: Pick<Indexed, 'seq'>) => void;
  readonly clear: () => void;
  /** After many were added at once: it halves the time of a search. */
  readonly compact: () => void;
  readonly misindexed: () => readonly number[];
  readonly matching: (query: WordQuery) => readonly WordMatch[];
  readonly rarityOf: (grams: readonly string[]) => readonly number[];
}

export type Indexed = Pick<MemoryRecord, 'seq' | 'text' | 'keywords'>;

/**
 * So many entries of the index are read for a query, its rarest grams first, at more than a microsecond each. Among
 * 10,000 records that leaves out what most of them share: it finds as much as all grams do, in a third of the time.
 */
const mostEntries = 5000;
const fewestGrams = 6;
/** A text of 20,000 characters has thousands. */
const mostGrams = 256;
/** How often grams stand in the index is counted again after so many more lines of the journal, as a share of them. */
const staleShare = 0.02;

export function shelfWords(db: ShelfDb, seq: () => number): ShelfWords {
  let counts = new Map<string, number>();
  let [countedAt, records] = [-1, 0];
  const recount = (): void => {
    const now = seq();
    if (countedAt >= 0 && Math.abs(now - countedAt) <= staleShare * countedAt) return;
    [counts, countedAt] = [new Map(), now];
    records = Number(db.one('SELECT count(*) AS n FROM record WHERE NOT is_aged')?.['n']);
  };
  const countOf = (token: string): number => {
    const count = counts.get(token) ?? Number(db.one('SELECT doc FROM gram WHERE term = ?', token)?.['doc'] ?? 0);
    if (count > 0) counts.set(token, count); // One that is new is in the next record already.
    return count;
  };
  return {
    add: (record) => void db.run('INSERT INTO words (rowid, grams) VALUES (?, ?)', record.seq, indexed(record)),
    remove: ({ seq: row }) => void db.run('DELETE FROM words WHERE rowid = ?', row),
    clear: () => void db.run(`INSERT INTO words (words) VALUES ('delete-all')`),
    compact: () => void db.run(`INSERT INTO words (words) VALUES ('optimize')`),
    misindexed: () => misindexed(db),
    matching: (query) => {
      recount();
      const tokens = [...new Set(gramsOf(query.text).map(tokenOf))];
      const found = rarest(tokens.map((token) => ({ token, count: countOf(token) })).filter(({ count }) => count > 0));
      return found.length === 0 ? [] : search(db, found, query);
    },
    rarityOf: (grams) => {
      recount();
      return grams.map((gram) => rarity(countOf(tokenOf(gram)), records));
    },
  };
}

function rarity(count: number, records: number): number {
  return Math.log(1 + Math.max(0, records - count + 0.5) / (count + 0.5));
}

function indexed({ text, keywords }: Indexed): string {
  return tokenOf(gramsOf([text, ...keywords.nl, ...keywords.en].join('\n')).join(' '));
}

/**
 * To the index a token is a run of ASCII letters and digits and of all beyond ASCII: any other sign but the blank
 * between two grams goes beyond it.
 */
function tokenOf(gram: string): string {
  return gram.replaceAll(/[\p{ASCII}--[a-z0-9 ]]/gv, (sign) => String.fromCodePoint(0xe000 + sign.charCodeAt(0)));
}

function rarest(found: readonly { readonly token: string; readonly count: number }[]): readonly string[] {
  const chosen: string[] = [];
  let entries = 0;
  for (const { token, count } of found.toSorted((one, other) => one.count - other.count)) {
    entries += count;
    if ((entries > mostEntries && chosen.length >= fewestGrams) || chosen.length === mostGrams) break;
    chosen.push(token);
  }
  return chosen;
}

function search(db: ShelfDb, tokens: readonly string[], query: WordQuery): readonly WordMatch[] {
  const { limit, units, kinds, statuses } = query;
  const match = tokens.map((token) => `"${token}"`).join(' OR ');
  const [unit, kind] = [units, kinds].map((values) => (values === undefined ? null : JSON.stringify(values)));
  return db
    .all(searchSql, match, unit ?? null, kind ?? null, JSON.stringify(statuses), limit)
    .map(({ id, score }) => ({ id: String(id), score: Number(score) }));
}

/** What is aged is in no index. Two lists: SQLite joins what it cannot look up row by row. */
function misindexed(db: ShelfDb): readonly number[] {
  const numbers = (sql: string): Set<number> => new Set(db.all(sql).map(({ seq }) => Number(seq)));
  const due = numbers('SELECT seq FROM record WHERE NOT is_aged');
  return [...due.symmetricDifference(numbers('SELECT rowid AS seq FROM words'))];
}

/** SQLite's bm25() is the better the further below zero. */
const searchSql = `
  SELECT record.id, -bm25(words) AS score FROM words JOIN record ON record.seq = words.rowid
  WHERE words MATCH ?1
    AND (?2 IS NULL OR record.unit IN (SELECT value FROM json_each(?2)))
    AND (?3 IS NULL OR record.kind IN (SELECT value FROM json_each(?3)))
    AND record.status IN (SELECT value FROM json_each(?4))
  ORDER BY bm25(words), record.seq LIMIT ?5`;
