import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf, OmegaError } from '#lib/errors.ts';
import type { Clock } from '#lib/clock.ts';
import { admit, type Admitted } from './admit.ts';
import { catchUp, writeInBooks, type Books } from '../books.ts';
import { decide } from './decide.ts';
import { echoFinder } from './echo.ts';
import { sizeOf } from '../stats.ts';
import { inputFault } from './find.ts';
import type { NewRecord, Receipt, WriteOptions } from '../memory.ts';
import type { Shelf } from '../shelf/shelf.ts';

export interface Remembering {
  readonly books: Books;
  readonly units: readonly string[];
  readonly secrets: readonly string[];
  readonly clock: Clock;
}

/** One commit takes so many, and no longer than this: then others get their turn. */
const mostAtOnce = 1000;
const longestTurnMs = 400;
const mostFaultsTold = 20;
const beginning = /^[0-9a-f]{4,63}$/;

/** Admits all or none, then decides on each in its turn. */
export async function remember(
  records: readonly NewRecord[],
  remembering: Remembering,
  { signal, onProgress }: WriteOptions = {},
): Promise<readonly Receipt[]> {
  const { books, units, secrets, clock } = remembering;
  catchUp(books);
  const admitted = admit(withWholeIds(records, books.shelf), { units, secrets, now: clock.now() });
  requireKnown(admitted, books.shelf);
  const receipts: Receipt[] = [];
  while (receipts.length < admitted.length) {
    signal?.throwIfAborted();
    try {
      receipts.push(...rememberSome(admitted.slice(receipts.length, receipts.length + mostAtOnce), remembering));
    } catch (error) {
      throw receipts.length === 0 ? error : brokenOff(error, receipts.length, records.length);
    }
    onProgress?.(receipts.length, admitted.length);
    await nextTurn();
  }
  return receipts;
}

function rememberSome(admitted: readonly Admitted[], { books, clock }: Remembering): readonly Receipt[] {
  const until = clock.monotonic() + longestTurnMs;
  return writeInBooks(books, (write) => {
    const deciding = {
      shelf: books.shelf,
      write,
      findEcho: echoFinder(books.shelf),
      now: clock.now(),
      size: sizeOf(books.shelf),
    };
    const receipts: Receipt[] = [];
    for (const one of admitted) {
      receipts.push(decide(one, deciding));
      if (clock.monotonic() > until) break;
    }
    return receipts;
  });
}

/** Beginnings of ids become ids. */
function withWholeIds(records: readonly NewRecord[], shelf: Shelf): readonly NewRecord[] {
  const faults: string[] = [];
  const whole = records.map((record, index) => {
    if (!Array.isArray(record?.supersedes) || record.supersedes.every((id) => !beginning.test(id))) return record;
    const supersedes = record.supersedes.map((given) => {
      const found = beginning.test(given) ? shelf.beginning(given) : [];
      if (beginning.test(given) && found.length !== 1)
        faults.push(
          `record ${index + 1} supersedes ${given}, as ${found.length === 0 ? 'no' : 'more than one'} id begins`,
        );
      return found[0]?.id ?? given;
    });
    return { ...record, supersedes };
  });
  if (faults.length > 0) throw refused(faults);
  return whole;
}

/** What is superseded is on the shelf, was forgotten, or is remembered in the same batch. */
function requireKnown(admitted: readonly Admitted[], shelf: Shelf): void {
  const together = new Set(admitted.map(({ record }) => record.id));
  const isKnown = (id: string): boolean => together.has(id) || shelf.get(id) !== null || shelf.isForgotten(id);
  const faults = admitted.flatMap(({ record }, index) =>
    record.supersedes
      .filter((id) => !isKnown(id))
      .map((id) => `record ${index + 1} supersedes ${id.slice(0, 12)}…, and there is no such record`),
  );
  if (faults.length > 0) throw refused(faults);
}

function refused(faults: readonly string[]): OmegaError {
  return inputFault(`Nothing was remembered: ${listed(faults)}`, 'Mend them and hand in all records again.');
}

function listed(faults: readonly string[]): string {
  const rest = faults.length - mostFaultsTold;
  return `${faults.slice(0, mostFaultsTold).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}

function brokenOff(cause: unknown, done: number, total: number): OmegaError {
  return new OmegaError(`${done} of the ${total} records were remembered, then it broke off: ${messageOf(cause)}`, {
    code: 'E_MEMORY_WRITE',
    hint: 'Hand in all of them again once that is mended: what is in is not added twice.',
    cause,
  });
}
