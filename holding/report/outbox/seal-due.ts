import type { Log } from '#lib/log.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { envelopeCodeOf } from '../envelope/errors.ts';
import { letterKinds, type Letter, type LetterDesk, type LetterKind } from '../letter.ts';
import type { Ledger } from './ledger.ts';
import type { SealedLetter } from './seal-letter.ts';

interface Due {
  readonly desk: LetterDesk;
  readonly ledger: Ledger;
  /** Whether a letter of that kind may leave: there is a key, or the owner lets it go as it is. */
  readonly mayLeave: (kind: LetterKind) => boolean;
  readonly seal: (letter: Letter, signal: AbortSignal) => Promise<SealedLetter>;
  readonly log: Log;
}

/** What came of what was due. */
export interface Sealed {
  readonly seqs: readonly number[];
  /** How many had to stay. */
  readonly heldBack: number;
  /** Why one could not be written or sealed; null: all were. It holds up no other. */
  readonly fault: string | null;
}

/** Has what is due and was not sealed before written and sealed, the oldest first. */
export async function sealDue({ desk, ledger, mayLeave, seal, log }: Due, signal: AbortSignal): Promise<Sealed> {
  const due = (await desk.due(signal)).filter((ref) => ledger.fold().seqOf(ref) === null);
  const leaving = due.filter((ref) => letterKinds.some((kind) => ref.startsWith(`${kind}/`) && mayLeave(kind)));
  const seqs: number[] = [];
  let fault: string | null = null;
  for (const ref of leaving) {
    signal.throwIfAborted();
    const letter = await writeLetter(ref);
    const sealed = letter === null ? null : await sealLetter(letter);
    if (sealed?.isNew === true) seqs.push(sealed.seq); // Meanwhile another process may have sealed it.
  }
  return { seqs, heldBack: due.length - leaving.length, fault };

  async function writeLetter(ref: string): Promise<Letter | null> {
    try {
      return { ...(await desk.write(ref, signal)), ref };
    } catch (error) {
      return left(ref, error);
    }
  }

  async function sealLetter(letter: Letter): Promise<SealedLetter | null> {
    try {
      return await seal(letter, signal);
    } catch (error) {
      // A full disk, a damaged key or ledger: it would be so of all.
      if (error instanceof OmegaError && envelopeCodeOf(error) === undefined) throw error;
      return left(letter.ref, error);
    }
  }

  function left(ref: string, error: unknown): null {
    signal.throwIfAborted();
    fault = messageOf(error);
    log.warn('A report that is due could not be written or sealed', { ref, error });
    return null;
  }
}
