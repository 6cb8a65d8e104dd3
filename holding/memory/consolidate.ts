import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '#lib/clock.ts';
import { alikeOf } from './write/alike.ts';
import { catchUp, writeInBooks, type Books } from './books.ts';
import { ordinarySentences } from './embed/ordinary.ts';
import { textOf } from './vectors/fill.ts';
import type { WriteOptions } from './memory.ts';
import type { Kind, MemoryRecord } from './record.ts';
import type { Shelf } from './shelf/shelf.ts';
import { dropVectors } from './write/forget.ts';
import type { KeptVectors } from './vectors/kept-vectors.ts';
import { sizeOf } from './stats.ts';
import { isAsTrusted } from './write/trust.ts';

export interface Consolidating {
  readonly books: Books;
  readonly kept: Pick<KeptVectors, 'forget' | 'forgetOthers' | 'prune'>;
  readonly clock: Clock;
}

const dayMs = 24 * 60 * 60 * 1000;
/** What nobody asked for in so long, and mattered little, is not recalled any more. */
const idleMs = 180 * dayMs;
const littleImportance = 3;
/** What was decided, what may be done and what is so never age, nor does the owner's word. */
const ageing: ReadonlySet<Kind> = new Set(['trend', 'reflection', 'incident']);
const turnMs = 50;

/** Merges near doubles that came in past each other, ages out what is idle, and says how many. */
export async function consolidate(
  consolidating: Consolidating,
  write: WriteOptions = {},
): Promise<{ readonly merged: number; readonly aged: number }> {
  const { books, clock, kept } = consolidating;
  catchUp(books);
  const seen = books.shelf.seq();
  const merged = await mergeDoubles(consolidating, write);
  books.shelf.noteConsolidation(seen);
  const aged = ageOut(consolidating);
  books.shelf.pruneRecalls(clock.now() - idleMs);
  const spaces = books.shelf.spaces().map(({ name }) => name);
  if (spaces.length > 0) kept.prune(spaces);
  dropStrays(consolidating);
  return { merged, aged };
}

async function mergeDoubles(consolidating: Consolidating, { signal, onProgress }: WriteOptions): Promise<number> {
  const { books, clock } = consolidating;
  const ids = toldSince(books, books.shelf.consolidatedTo());
  const size = sizeOf(books.shelf);
  let merged = 0;
  let turnEnds = clock.monotonic() + turnMs;
  for (const [done, id] of ids.entries()) {
    while (doublesOf(id, books.shelf, size) !== null) {
      const more = mergeOne(id, { ...consolidating, size });
      merged += more;
      if (more === 0) break;
    }
    if (clock.monotonic() < turnEnds) continue;
    signal?.throwIfAborted();
    onProgress?.(done, ids.length);
    await nextTurn();
    turnEnds = clock.monotonic() + turnMs;
  }
  return merged;
}

/** What was active before has met all that was there then. */
function toldSince({ journal }: Books, seq: number): readonly string[] {
  const told = new Set<string>();
  for (const { entry } of journal.after(seq))
    if (entry?.op === 'remember' || entry?.op === 'told' || entry?.op === 'revise') told.add(entry.id);
  return [...told];
}

/** Looks again, now that nobody else writes. */
function mergeOne(id: string, { books, clock, kept, size }: Consolidating & { readonly size: number }): number {
  const merged = writeInBooks(books, (write) => {
    const doubles = doublesOf(id, books.shelf, size);
    if (doubles === null) return [];
    write({ op: 'merge', id: doubles.goes.id, into: doubles.stays.id, at: clock.now() });
    return [doubles.goes];
  });
  dropVectors(merged, { books, kept });
  return merged.length;
}

/** This record and one that says the same: the more trusted stays, or else the older. */
function doublesOf(
  id: string,
  shelf: Shelf,
  size: number,
): { readonly goes: MemoryRecord; readonly stays: MemoryRecord } | null {
  const record = shelf.get(id);
  if (record === null || record.status !== 'active') return null;
  const alike = alikeOf({ ...record, statuses: ['active'], size }, shelf).filter(({ is }) => is === 'same');
  const stays = alike.find(({ record: other }) => staysBefore(other, record))?.record;
  if (stays !== undefined) return { goes: record, stays };
  const goes = alike.find(({ record: other }) => staysBefore(record, other))?.record;
  return goes === undefined ? null : { goes, stays: record };
}

function staysBefore(one: MemoryRecord, other: MemoryRecord): boolean {
  if (one.validTo !== other.validTo || !isAsTrusted(one.trust, other.trust)) return false;
  if (one.trust !== other.trust) return true;
  return one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.seq < other.seq);
}

/** Where a text was forgotten while another process embedded it, or one was killed before its vector went too. */
function dropStrays({ books, kept }: Consolidating): void {
  const texts = function* (): Generator<string> {
    catchUp(books); // What was kept is of a record that is in the journal by now.
    for (const record of books.shelf.all()) yield textOf(record);
    yield* ordinarySentences;
  };
  try {
    kept.forgetOthers(texts);
  } catch (error) {
    books.log.error('Vectors of what was forgotten may still be kept: remove their file, it is made anew', { error });
  }
}

function ageOut({ books, clock }: Consolidating): number {
  const before = clock.now() - idleMs;
  const isOld = (record: MemoryRecord): boolean =>
    ageing.has(record.kind) &&
    record.trust !== 'owner' &&
    record.importance <= littleImportance &&
    record.createdAt < before;
  if (!some(books.shelf.all(['active']), isOld)) return 0;
  const heard = heardSince(books, before);
  return writeInBooks(books, (write) => {
    const idle = [...books.shelf.all(['active'])].filter((record) => isOld(record) && !heard.has(record.id));
    for (const { id } of idle) write({ op: 'age', id, at: clock.now() });
    return idle.length;
  });
}

function heardSince({ journal, shelf }: Books, at: number): ReadonlySet<string> {
  const heard = new Set(shelf.recalledSince(at));
  for (const { entry } of journal.after(0)) {
    if ((entry?.op === 'told' || entry?.op === 'revise') && entry.at >= at) heard.add(entry.id);
  }
  return heard;
}

function some<Item>(items: Iterable<Item>, is: (item: Item) => boolean): boolean {
  for (const item of items) if (is(item)) return true;
  return false;
}
