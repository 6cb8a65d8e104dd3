import { setImmediate as nextTurn } from 'node:timers/promises';
import canonicalize from 'canonicalize';
import { messageOf } from '#lib/errors.ts';
import { catchUp, type Books } from './books.ts';
import type { JournalLine } from './journal/journal.ts';
import { openShelf, type Shelf } from './shelf/shelf.ts';

const mostNamed = 5;
/** So many are looked at before others get their turn. */
const mostAtOnce = 200;

/**
 * Compares the shelf with a replay of the journal: first beside what others write; what differs then is looked at once more
 * alone, when both stand at the same line.
 */
export async function shelfFaults(books: Books, signal: AbortSignal): Promise<string[]> {
  const { shelf, journal, log } = books;
  try {
    catchUp(books);
    using replayed = openShelf(null, log);
    await replay(books, replayed, signal);
    const suspects = await differing(shelf, replayed, signal);
    return shelf.alone(() => {
      replayed.apply(upTo(journal.after(replayed.seq()), shelf.seq()));
      return shortened([...suspects.flatMap((id) => faultOf(id, shelf, replayed)), ...listFaults(shelf, replayed)]);
    });
  } catch (error) {
    signal.throwIfAborted();
    return [`the shelf cannot be compared with the journal: ${messageOf(error)}`];
  }
}

async function replay({ journal, shelf }: Books, replayed: Shelf, signal: AbortSignal): Promise<void> {
  let lines: JournalLine[] = [];
  for (const line of upTo(journal.after(0), shelf.seq())) {
    if (lines.push(line) < mostAtOnce) continue;
    replayed.apply(lines, { isPart: true });
    lines = [];
    signal.throwIfAborted();
    await nextTurn();
  }
  replayed.apply(lines, { isPart: true });
}

function* upTo(lines: Iterable<JournalLine>, seq: number): Generator<JournalLine> {
  for (const line of lines) {
    if (line.seq > seq) return;
    yield line;
  }
}

/** The ids of what does not stand on both in the same way. */
async function differing(shelf: Shelf, replayed: Shelf, signal: AbortSignal): Promise<readonly string[]> {
  const suspects = new Set<string>();
  let looked = 0;
  for (const one of [shelf, replayed])
    for (const { id } of one.all()) {
      if (one === shelf || shelf.get(id) === null) if (faultOf(id, shelf, replayed).length > 0) suspects.add(id);
      looked += 1;
      if (looked % mostAtOnce !== 0) continue;
      signal.throwIfAborted();
      await nextTurn();
    }
  return [...suspects];
}

function faultOf(id: string, shelf: Shelf, replayed: Shelf): string[] {
  const [is, due] = [textOf(id, shelf), textOf(id, replayed)];
  if (is === due) return [];
  if (due === null) return [`record ${named(id)} is on the shelf and not in the journal`];
  return [
    `record ${named(id)} is ${is === null ? 'in the journal and not on the shelf' : 'not on the shelf as in the journal'}`,
  ];
}

function listFaults(shelf: Shelf, replayed: Shelf): string[] {
  const faults: string[] = [];
  const wrong = new Set(shelf.forgottenIds()).symmetricDifference(new Set(replayed.forgottenIds())).size;
  if (wrong > 0) faults.push(`the shelf knows other forgotten records than the journal: ${wrong} differ`);
  const misindexed = shelf.misindexed().length;
  if (misindexed > 0) faults.push(`the index of words does not hold what the shelf does: ${misindexed} differ`);
  return faults;
}

function textOf(id: string, shelf: Shelf): string | null {
  const record = shelf.get(id);
  return record === null ? null : String(canonicalize({ ...record, origins: shelf.origins(id).toSorted() }));
}

/** As a person calls a record. */
export function named(id: string): string {
  return id.slice(0, 8);
}

/** The first few, and how many more. */
export function shortened(faults: readonly string[]): string[] {
  const rest = faults.length - mostNamed;
  return rest > 0 ? [...faults.slice(0, mostNamed), `and ${rest} more of that sort`] : [...faults];
}
