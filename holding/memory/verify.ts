import { codeOf, messageOf } from '#lib/errors.ts';
import type { Books } from './books.ts';
import type { Embedder } from './embed/embedder.ts';
import { keepHead, readKeptHead } from './journal/kept-head.ts';
import type { Verification, WriteOptions } from './memory.ts';
import { differenceOf, indexed, lostOf, pointsOf } from './vectors/reconcile.ts';
import { sizeOf } from './stats.ts';
import type { Shelf } from './shelf/shelf.ts';
import type { OpenSpace, VectorIndex } from './vectors/vector-index.ts';
import { named, shelfFaults, shortened } from './verify-shelf.ts';

export interface Verifying {
  readonly books: Books;
  readonly index: VectorIndex | null;
  readonly embedder: Embedder;
  /** Where the head of the journal is kept; undefined: nowhere. */
  readonly paths: { readonly memoryHead?: string | undefined };
}

const never = new AbortController().signal;

/** Compares the journal with itself, the shelf with a replay, and the index of vectors with the shelf. */
export async function verify(verifying: Verifying, { signal = never }: WriteOptions = {}): Promise<Verification> {
  const { books } = verifying;
  const journal = await journalFaults(verifying);
  const faults = [...journal.faults, ...(await shelfFaults(books, signal))];
  signal.throwIfAborted();
  const index = await indexFaults(verifying, signal);
  faults.push(...(index ?? []));
  const records = sizeOf(books.shelf);
  return { ok: faults.length === 0, records, faults, isJournalWhole: journal.isWhole, indexAsked: index !== null };
}

async function journalFaults({ books: { journal }, paths: { memoryHead } }: Verifying): Promise<{
  readonly isWhole: boolean;
  readonly faults: readonly string[];
}> {
  const kept = memoryHead === undefined ? undefined : readKeptHead(memoryHead);
  const verdict = journal.verify(typeof kept === 'string' ? undefined : kept);
  if (!verdict.ok) return { isWhole: false, faults: [`the journal is not as it was written: ${verdict.why}`] };
  if (typeof kept === 'string') return { isWhole: true, faults: [kept] };
  try {
    if (memoryHead !== undefined) await keepHead(memoryHead, verdict);
    return { isWhole: true, faults: [] };
  } catch (error) {
    return { isWhole: true, faults: [`the head of the journal cannot be kept (${memoryHead}): ${messageOf(error)}`] };
  }
}

/** Null: it could not be asked. */
async function indexFaults({ books, index, embedder }: Verifying, signal: AbortSignal): Promise<string[] | null> {
  const { shelf, log } = books;
  const current = shelf.spaces().find(({ isCurrent }) => isCurrent);
  // While it moves to another model the old space is left behind on purpose.
  if (index === null || current === undefined || current.name !== embedder.space) return null;
  try {
    if (!(await index.spaces(signal)).includes(current.name)) return [`the index of vectors has no ${current.name}`];
    const space = await index.open({ name: current.name, dimensions: await embedder.dimensions(signal) }, signal);
    if (space.generation !== current.generation) return ['the index of vectors was begun anew, and not filled again'];
    const difference = await differenceOf({ shelf, embedder }, space, signal);
    const lost = await lostOf(difference, embedder, signal);
    const faults = [
      ...lost.map((id) => `record ${named(id)} has no vector in the index`),
      ...difference.strays.map((id) => `the index has a vector of ${named(id)}, which is no record`),
      ...(await searchFaults({ shelf, embedder, space }, signal)),
    ];
    return shortened(faults);
  } catch (error) {
    signal.throwIfAborted();
    if (codeOf(error) === 'E_INDEX_BROKEN') return [`the index of vectors is broken: ${messageOf(error)}`];
    log.info('The index of vectors could not be verified', { error });
    return null;
  }
}

/** One that lists its ids may still be unable to search. */
async function searchFaults(
  { shelf, embedder, space }: Pick<Verifying, 'embedder'> & { readonly shelf: Shelf; readonly space: OpenSpace },
  signal: AbortSignal,
): Promise<string[]> {
  const [record] = shelf.all(indexed);
  if (record === undefined || (await space.count(signal)) === 0) return [];
  const [point] = await pointsOf([record], embedder, signal);
  if (point === undefined || (await space.nearest(point.vector, { limit: 1 }, signal)).length > 0) return [];
  return ['the index of vectors holds vectors, and finds none'];
}
