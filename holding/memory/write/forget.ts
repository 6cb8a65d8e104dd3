import type { Clock } from '#lib/clock.ts';
import { catchUp, writeInBooks, type Books } from '../books.ts';
import { textOf } from '../vectors/fill.ts';
import { inputFault, requireRecords } from './find.ts';
import type { KeptVectors } from '../vectors/kept-vectors.ts';
import type { MemoryRecord } from '../record.ts';

export interface Forgetting {
  readonly books: Books;
  /** Vectors of texts: with a text its vector goes. */
  readonly kept: Pick<KeptVectors, 'forget'>;
  readonly clock: Clock;
}

/** Erases all of them or none. */
export function forget(
  ids: readonly string[],
  { why }: { readonly why: string },
  { books, clock, kept }: Forgetting,
): void {
  if (why.trim() === '') throw inputFault('It was not said why these should be forgotten', 'Say it in a few words.');
  catchUp(books);
  const records = writeInBooks(books, (write) => {
    const found = requireRecords(ids, books.shelf);
    for (const id of new Set(found.map((record) => record.id))) write({ op: 'forget', id, at: clock.now() });
    return found;
  });
  dropVectors(records, { books, kept });
  books.log.info('Forgotten', { ids: records.map(({ id }) => id), why });
}

/** A vector tells something of its text; without the text nobody finds it again, so what cannot be done now is told. */
export function dropVectors(records: readonly MemoryRecord[], { books, kept }: Omit<Forgetting, 'clock'>): void {
  try {
    kept.forget(records.map(textOf));
  } catch (error) {
    books.log.error('The vectors of what was forgotten are still kept: remove their file, it is made anew', { error });
  }
}
