import { openChain, type Chain, type Head, type Link } from '#lib/chain.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { Entry } from './entry.ts';
import { createFold, type Fold } from './fold.ts';
import type { KeptHead } from './kept-head.ts';

/** The stream of the ledger in which reports stand. */
export const reportStream = 'report';

/** What became of each report: an append-only log, and what it comes to. Several processes may read and write. */
export interface Ledger extends Disposable {
  /** As all records until now tell it, those of other processes included. @throws OmegaError where it was damaged meanwhile. */
  readonly fold: () => Fold;
  /** Adds these in one commit that is on the disk when it returns. @throws OmegaError `E_OUTBOX_WRITE`: none was added. */
  readonly append: (entries: readonly Entry[]) => Head;
  /** Whether it still has what it had when that head was kept. */
  readonly contains: (head: KeptHead) => boolean;
  /** How many of its records cannot be read: they change nothing. */
  readonly unreadable: () => number;
}

/** Opens the stream, or begins it. @throws OmegaError where the ledger cannot be used. */
export function openLedger(path: string): Ledger {
  const chain = openChain(path);
  const fold = createFold();
  let seen = 0;
  let unreadable = 0;
  return {
    fold: () => {
      for (const { seq, record } of linksAfter(chain, seen)) {
        const entry = Entry.safeParse(record).data;
        if (entry === undefined) unreadable += 1;
        else fold.add(entry);
        seen = seq;
      }
      return fold;
    },
    append: (entries) => {
      try {
        return chain.append(reportStream, entries);
      } catch (cause) {
        throw writeError('the ledger takes nothing', cause);
      }
    },
    contains: ({ seq, hash }) => seq === 0 || chain.hashAt(reportStream, seq) === hash,
    unreadable: () => unreadable,
    [Symbol.dispose]: () => chain[Symbol.dispose](),
  };
}

/** SQLite's own words name no file, and whoever asks for the standing is told of a fault, not ended by it. */
function* linksAfter(chain: Chain, seen: number): Generator<Link> {
  try {
    yield* chain.after(reportStream, seen);
  } catch (cause) {
    throw new OmegaError('The ledger of reports cannot be read any more', {
      code: codeOf(cause) ?? 'E_DATABASE',
      hint: 'Stop Omega and put back a copy of ledger.sqlite; npm run doctor says what is left without one.',
      cause,
    });
  }
}

/** Nothing was sealed, sent or noted: what was before is as it was. */
export function writeError(what: string, cause: unknown): OmegaError {
  return new OmegaError(`A report could not be written down: ${what}`, {
    code: 'E_OUTBOX_WRITE',
    hint: 'Make room on the disk, or let Omega write there (npm run doctor looks at both); it is tried again by itself.',
    cause,
  });
}
