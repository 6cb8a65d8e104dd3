import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { Body, Entry, Journal } from './journal/journal.ts';
import type { Shelf } from './shelf/shelf.ts';

/** The journal, which is the truth, and the shelf, which is made from it. */
export interface Books {
  readonly journal: Journal;
  readonly shelf: Shelf;
  readonly log: Log;
}

/** Adds a line to the journal, and has it on the shelf at once, so that the next decision sees it. */
export type Write = (entry: Entry, body?: Body) => void;

/**
 * Decides and writes, alone among all processes. What was written is acknowledged when this returns: the journal has
 * it, all of it. Where it throws, the journal has none of it. A shelf that cannot follow now does so later.
 * @throws OmegaError `E_MEMORY_WRITE`, and whatever the work throws.
 */
export function writeInBooks<Result>(books: Books, work: (write: Write) => Result): Result {
  const acknowledged: { result: Result }[] = [];
  try {
    catchUp(books); // By itself: a shelf that turns out to be damaged is whole again before anything is decided on it.
    return books.shelf.alone(() => {
      catchUpAlone(books);
      return writeAlone(books, work, (result) => acknowledged.push({ result }));
    });
  } catch (error) {
    const [done] = acknowledged;
    if (done === undefined) throw error instanceof OmegaError ? error : unwritable(error);
    books.log.warn('The journal took it and the shelf did not: it follows later', { error });
    return done.result;
  }
}

/**
 * Brings the shelf up to the end of the journal; costs next to nothing where it is there already.
 * @throws OmegaError `E_MEMORY_WRITE` where the shelf cannot take it.
 */
export function catchUp(books: Books): void {
  try {
    onWholeShelf(() => {
      if (!isCaughtUp(books)) books.shelf.alone(() => catchUpAlone(books));
    });
  } catch (error) {
    throw error instanceof OmegaError ? error : unwritable(error);
  }
}

/** The same for who only reads: where the shelf cannot follow now, what it has can still be told. */
export function catchUpForReading(books: Books): void {
  try {
    catchUp(books);
  } catch (error) {
    books.log.warn('The shelf cannot follow the journal now: the newest records may be missing', { error });
  }
}

/** What meets damage leaves an empty shelf behind, that is filled by the second try. */
function onWholeShelf<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) !== 'E_MEMORY_SHELF') throw error;
    return work();
  }
}

/**
 * Empties the shelf and fills it from the journal, in one commit: until then everyone sees what was there.
 * @throws OmegaError `E_MEMORY_JOURNAL` where the journal is damaged: the shelf may have the last copy of what it lost;
 * `E_MEMORY_WRITE` where the shelf cannot take it.
 */
export function fillAnew({ shelf, journal }: Books): void {
  const verdict = journal.verify();
  if (!verdict.ok)
    throw new OmegaError(`Nothing was made anew, for the journal is damaged: ${verdict.why}`, {
      code: 'E_MEMORY_JOURNAL',
      hint: savingHint,
      permanent: true,
    });
  const fill = (): void =>
    shelf.alone(() => {
      shelf.clear();
      shelf.apply(journal.after(0));
    });
  try {
    onWholeShelf(fill);
  } catch (error) {
    throw error instanceof OmegaError ? error : unwritable(error);
  }
}

/** What to do about a journal that is damaged: a shelf that is made anew from it loses what it lost. */
export const savingHint =
  'npm run memory -- export FILE now, while the shelf still has what the journal lost; then put ledger.sqlite back from a backup and import that file.';

/** The lines go to the shelf first, within its commit, and that commit ends only when the journal has them. */
function writeAlone<Result>(
  { shelf, journal }: Books,
  work: (write: Write) => Result,
  acknowledge: (result: Result) => void,
): Result {
  const lines: { entry: Entry; body?: Body }[] = [];
  const { seq: end } = journal.head();
  const result = work((entry, body) => {
    lines.push(body === undefined ? { entry } : { entry, body });
    shelf.apply([{ seq: end + lines.length, entry, body: body ?? null }]);
  });
  if (lines.length === 0) return result;
  const { seq } = journal.append(lines);
  acknowledge(result);
  if (seq !== end + lines.length)
    throw new OmegaError('Another process wrote to the journal at the same time, past the shelf.', {
      code: 'E_MEMORY_SHELF',
    });
  return result;
}

/** A shelf that is ahead was made from a journal that is no more, such as one from before a backup was put back. */
function catchUpAlone({ shelf, journal, log }: Books): void {
  const [on, end] = [shelf.seq(), journal.head().seq];
  if (on > end) {
    log.warn('The shelf is ahead of the journal, so it is made anew', { shelf: on, journal: end });
    shelf.clear();
  }
  if (on !== end) shelf.apply(journal.after(shelf.seq()));
}

/** Whether all of the journal is on the shelf. */
export function isCaughtUp({ shelf, journal }: Books): boolean {
  return shelf.seq() === journal.head().seq;
}

function unwritable(cause: unknown): OmegaError {
  return new OmegaError(`Nothing was remembered or forgotten, for the shelf cannot be used: ${messageOf(cause)}`, {
    code: 'E_MEMORY_WRITE',
    hint: `npm run doctor looks at the disk (${codeOf(cause) ?? 'unknown'}); npm run memory -- rebuild makes the shelf anew.`,
    cause,
  });
}
