import canonicalize from 'canonicalize';
import { ordersIn } from './admit.ts';
import { catchUpForReading, isCaughtUp, type Books } from '../books.ts';
import { openShelf, type Shelf } from '../shelf/shelf.ts';

/** The first line: it holds no time, so that the same memory is the same file. */
export const header = { omega: 'memory', version: 1 } as const;

/** What is remembered, the oldest first, then the ids of what was forgotten: canonical JSON, a line each. */
export function* exportLines(books: Books): Generator<string> {
  catchUpForReading(books);
  using replayed = isCaughtUp(books) ? null : replayOf(books);
  yield* shelfLines(replayed ?? books.shelf);
}

/** The same of a shelf as it is, whatever the journal says. */
export function* shelfLines(shelf: Shelf): Generator<string> {
  yield line(header);
  const order = Array.from(shelf.all(), ({ id, createdAt }) => ({ id, createdAt }));
  for (const { id } of order.toSorted((one, other) => one.createdAt - other.createdAt || compare(one.id, other.id))) {
    const record = shelf.get(id);
    if (record === null) continue; // Forgotten while this was read.
    const { seq: _, ...rest } = record;
    const told = { ...rest, supersedes: rest.supersedes.toSorted(), origins: shelf.origins(id).toSorted() };
    // Without that word an import puts what gives orders in quarantine.
    yield line(rest.suspicion === null && ordersIn(rest) !== null ? { ...told, released: true } : told);
  }
  for (const forgotten of shelf.forgottenIds().toSorted()) yield line({ forgotten });
}

/** A shelf in memory: the one on the disk cannot take what is new. */
function replayOf({ journal, log }: Books): Shelf {
  const shelf = openShelf(null, log);
  shelf.apply(journal.after(0));
  return shelf;
}

function line(value: unknown): string {
  return String(canonicalize(value));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : 1;
}
