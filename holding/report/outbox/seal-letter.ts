import type { OmegaError } from '#lib/errors.ts';
import { envelopeError } from '../envelope/errors.ts';
import type { Letter } from '../letter.ts';
import { keepHead } from './kept-head.ts';
import { sealParts, writePlain } from './make-entries.ts';
import type { Sealing } from './sealing.ts';
import { placeInSequence } from './sequence-place.ts';
import { ensureSigningKey } from './signing-key.ts';

/** Its number; `isNew` is false where it was sealed before. */
export interface SealedLetter {
  readonly seq: number;
  readonly isNew: boolean;
}

/**
 * Seals a letter and writes it down, while nobody else does: the files first, then all of its records as one commit,
 * then the head beside the ledger. Who dies in between leaves files that are in no ledger, or a head that is behind it:
 * neither is believed. What was sealed before is not sealed again. Resolves to the number of its first part.
 */
export async function sealLetter(letter: Letter, sealing: Sealing, signal: AbortSignal): Promise<SealedLetter> {
  const { ledger, files, paths, plaintext, recipients, clock } = sealing;
  const known = ledger.fold().seqOf(letter.ref);
  if (known !== null) return { seq: known, isNew: false };
  const isPlain = plaintext.includes(letter.kind);
  if (!isPlain && recipients.length === 0) throw keyMissing(null);
  const key = await ensureSigningKey(paths.reportSigningKey);
  const looking = { ledger, files, headPath: paths.reportHead, sender: key.sender, now: clock.now() };
  const place = await placeInSequence(looking);
  if (place.lost.to > place.lost.after) await sealing.onLost(place.lost, signal);
  const making = { letter, place, key, sealing, signal };
  const written: string[] = [];
  try {
    const entries = isPlain ? [await writePlain(making, written)] : await sealParts(making, written);
    signal.throwIfAborted();
    const { seq, hash } = ledger.append([...place.begins, ...entries]);
    const { epoch, lastSeq, lastPlain } = ledger.fold().end();
    await keepHead(paths.reportHead, { seq, hash, epoch, lastSeq, lastPlain });
    return { seq: entries[0]?.seq ?? 0, isNew: true };
  } catch (error) {
    for (const name of written) await discard(name, sealing);
    throw error;
  }
}

/**
 * Where its record came through all the same it is needed: only the head beside the ledger could not be written. What
 * cannot be removed is in no ledger, and goes in time.
 */
async function discard(name: string, { ledger, files }: Sealing): Promise<void> {
  const isRecorded = [...ledger.fold().kept.values()].some(({ parcel }) => parcel.file === name);
  if (!isRecorded) await files.remove(name).catch(() => null);
}

/** `fault`: why what was given is no key; null: none was. */
export function keyMissing(fault: string | null): OmegaError {
  return envelopeError(
    'E_KEY_MISSING',
    `No report can be sealed: ${fault ?? 'no key is set, so nobody could open it'}.`,
    'Make one in the reader on your phone, or by npm run reports -- keys on another machine, and set OMEGA_REPORT_ENCRYPTION_KEY.',
  );
}
