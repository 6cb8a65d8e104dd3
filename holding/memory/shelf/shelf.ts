import { silentLog, type Log } from '#lib/log.ts';
import type { JournalLine } from '../journal/journal.ts';
import type { Kind, MemoryRecord, Status } from '../record.ts';
import { applyLine, type ShelfParts } from './shelf-apply.ts';
import { openShelfDb, type ShelfDb } from './shelf-db.ts';
import { shelfRecalls } from './shelf-recalls.ts';
import { shelfRecords } from './shelf-records.ts';
import { shelfSpaces } from './shelf-spaces.ts';
import { shelfWords } from './shelf-words.ts';

/**
 * The records as they stand now, and the index of words: SQLite, derived from the journal alone, so it can be thrown
 * away at any time. Several processes may open it.
 */
export interface Shelf extends Disposable {
  /** The last number of the journal that is on it. */
  readonly seq: () => number;
  /** The last number of the journal that a consolidation has seen; 0: none has, since it was filled anew. */
  readonly consolidatedTo: () => number;
  readonly noteConsolidation: (seq: number) => void;
  /**
   * Puts these on it, in one commit with their number; lines at or below {@link seq} are skipped. Where more follow
   * (`isPart`) a text that is missing may yet turn out to be forgotten, so its record is left out with the last of them.
   */
  readonly apply: (lines: Iterable<JournalLine>, how?: { readonly isPart: boolean }) => void;
  /** Empties it, so that it can be filled anew. */
  readonly clear: () => void;
  /** Does all of the work or none of it, against other processes as well; not within itself. */
  readonly alone: <Result>(work: () => Result) => Result;

  readonly get: (id: string) => MemoryRecord | null;
  /** At most three whose id begins so. */
  readonly beginning: (prefix: string) => readonly MemoryRecord[];
  readonly isForgotten: (id: string) => boolean;
  /** Hashes of where a record was told from. */
  readonly origins: (id: string) => readonly string[];
  /** The oldest first. */
  readonly all: (statuses?: readonly Status[]) => Iterable<MemoryRecord>;
  readonly counts: () => readonly {
    readonly unit: string;
    readonly kind: Kind;
    readonly status: Status;
    readonly records: number;
  }[];
  readonly forgotten: () => number;
  readonly forgottenIds: () => readonly string[];
  readonly createdSince: (at: number) => number;
  readonly lastWriteAt: () => number | null;

  /** Numbers of records that stand in the records and not in the index of words, or the other way round. */
  readonly misindexed: () => readonly number[];
  /** By the words that they share with the text, best first; the score is BM25, higher is better. */
  readonly matching: (query: WordQuery) => readonly WordMatch[];
  /** How rare each gram is (`gramsOf`), by BM25's own measure: ln(1 + (N - n + 0.5) / (n + 0.5)). The recall weighs words by it. */
  readonly rarityOf: (grams: readonly string[]) => readonly number[];

  /** Records whose vector in this space is not as they are: to be put, or to be removed where they are gone. */
  readonly pending: (
    space: string,
    limit: number,
  ) => readonly { readonly id: string; readonly version: number; readonly record: MemoryRecord | null }[];
  readonly pendingCount: (space: string) => number;
  /** That the space holds these as they were at that version; a record that changed meanwhile stays pending. */
  readonly settle: (space: string, settled: readonly { readonly id: string; readonly version: number }[]) => void;
  /** Spaces that are known, with the generation that was filled; null: none yet. */
  readonly spaces: () => readonly {
    readonly name: string;
    readonly generation: string | null;
    readonly isCurrent: boolean;
    readonly dimensions: number | null;
  }[];
  /** Another generation than the one before makes everything pending again. */
  readonly setGeneration: (space: string, generation: string, dimensions: number) => void;
  readonly setCurrentSpace: (space: string) => void;
  readonly dropSpace: (space: string) => void;

  /** What was told to a run, so that it is not remembered as its own. */
  readonly noteRecall: (recall: {
    readonly at: number;
    readonly tookMs: number;
    readonly runId: string | null;
    readonly ids: readonly string[];
  }) => void;
  readonly recalledBy: (runId: string) => readonly MemoryRecord[];
  /** The ids of what was told to anyone since then. */
  readonly recalledSince: (at: number) => readonly string[];
  readonly lastRecall: () => { readonly at: number; readonly tookMs: number } | null;
  readonly pruneRecalls: (before: number) => number;
}

export interface WordQuery {
  readonly text: string;
  readonly limit: number;
  readonly units?: readonly string[] | undefined;
  readonly kinds?: readonly Kind[] | undefined;
  readonly statuses: readonly Status[];
}

export interface WordMatch {
  readonly id: string;
  readonly score: number;
}

const manyLines = 500;

/**
 * Opens the shelf, or begins an empty one where there is none or where it is damaged or from another version; null: in
 * memory. @throws OmegaError where the file cannot be used.
 */
export function openShelf(path: string | null, log: Log = silentLog): Shelf {
  const db = openShelfDb(path, log);
  const factOf = (name: string): number =>
    Number(db.one('SELECT value FROM fact WHERE name = ?', name)?.['value'] ?? 0);
  const seq = (): number => factOf('seq');
  const { mark, ...spaces } = shelfSpaces(db);
  const words = shelfWords(db, seq);
  const parts = { db, words, spaces: { mark }, wordless: new Set<number>() };
  return {
    seq,
    consolidatedTo: () => factOf('consolidated'),
    noteConsolidation: (to) => setFact(db, 'consolidated', to),
    apply: (lines, { isPart } = { isPart: false }) =>
      db.whole(() => {
        try {
          applyAll(parts, lines, seq());
          if (!isPart) leaveOut(parts);
        } finally {
          if (!isPart) parts.wordless.clear(); // Whatever broke off is read again.
        }
      }),
    clear: () =>
      db.whole(() => {
        words.clear();
        for (const table of ['record', 'wording', 'supersession', 'origin', 'known', 'pending'])
          db.run(`DELETE FROM ${table}`);
        db.run(`DELETE FROM fact WHERE name IN ('seq', 'lastWriteAt', 'consolidated')`);
      }),
    alone: db.alone,
    ...shelfRecords(db),
    misindexed: words.misindexed,
    matching: words.matching,
    rarityOf: words.rarityOf,
    ...spaces,
    ...shelfRecalls(db),
    [Symbol.dispose]: () => db[Symbol.dispose](),
  };
}

interface Applying extends ShelfParts {
  /** Numbers of records without a text. */
  readonly wordless: Set<number>;
}

function applyAll(parts: Applying, lines: Iterable<JournalLine>, from: number): void {
  const { db, words, wordless } = parts;
  let [last, lastWriteAt] = [from, 0];
  for (const { seq, entry, body } of lines) {
    if (seq <= last) continue;
    last = seq;
    if (entry === null) continue;
    applyLine(parts, { seq, entry, body });
    if (entry.op === 'remember' && body === null) wordless.add(seq);
    lastWriteAt = Math.max(lastWriteAt, entry.op === 'remember' ? entry.createdAt : entry.at);
  }
  if (last === from) return;
  if (last - from >= manyLines) words.compact();
  setFact(db, 'seq', last);
  if (lastWriteAt > 0) setFact(db, 'lastWriteAt', lastWriteAt);
}

/** Texts that are missing without having been forgotten: the journal is damaged, and its verification says so. */
function leaveOut({ db, words, wordless }: Applying): void {
  for (const seq of wordless) {
    if (db.run('DELETE FROM record WHERE seq = ?', seq) === 0) continue;
    db.run('DELETE FROM wording WHERE seq = ?', seq);
    words.remove({ seq });
  }
}

/** It only grows. */
function setFact(db: ShelfDb, name: string, value: number): void {
  db.run(
    'INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)',
    name,
    value,
  );
}
