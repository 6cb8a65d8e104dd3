import { randomUUIDv7 } from 'node:crypto';
import { noPrev } from '../envelope/meta.ts';
import { splitParts } from '../envelope/parts.ts';
import type { Letter } from '../letter.ts';
import { nativeSha512 } from '../native-sha512.ts';
import type { SealedEntry } from './entry.ts';
import { oneLine } from './one-line.ts';
import { fileName, sha512Of } from './parcel-files.ts';
import type { Sealing } from './sealing.ts';
import type { SequencePlace } from './sequence-place.ts';
import type { SigningKey } from './signing-key.ts';

/** A letter, and where in the sequence it goes. */
export interface Making {
  readonly letter: Letter;
  readonly place: SequencePlace;
  readonly key: SigningKey;
  readonly sealing: Sealing;
  readonly signal: AbortSignal;
}

/** Seals it, in parts where it is too long, and writes the files; their names are in `written` before they are. */
export async function sealParts(
  { letter, place, key, sealing, signal }: Making,
  written: string[],
): Promise<SealedEntry[]> {
  const { files, recipients, clock, nextWithinMs, seal } = sealing;
  const { kind } = letter;
  const { epoch } = place;
  const entries: SealedEntry[] = [];
  let { prev } = place;
  for (const [index, { body, part }] of splitParts(Buffer.from(letter.html), nativeSha512).entries()) {
    const [at, seq, id] = [clock.now(), place.nextSeq + index, randomUUIDv7()];
    const nextBy = at + nextWithinMs;
    const times = { created: new Date(at).toISOString(), nextBy: new Date(nextBy).toISOString() };
    const meta = { id, epoch, seq, prev, ...times, kind, name: nameOf(letter), type: 'text/html', part };
    const { bytes, sha512, receipt } = await seal({ recipients, seed: key.seed, meta, body }, signal);
    const file = fileName(seq, 'orp');
    written.push(file);
    await files.write(file, bytes);
    prev = sha512.slice(0, noPrev.length);
    const numbers = { epoch, id, nextBy, bytes: bytes.length, sha512, file, recipients: recipients.length };
    const which = part === undefined ? null : { i: part.i, n: part.n };
    entries.push({
      type: 'sealed',
      at,
      seq,
      kind,
      ...saidOf(letter),
      ...numbers,
      plaintext: false,
      receipt,
      part: which,
    });
  }
  return entries;
}

/** Writes the file of what goes out as it is. */
export async function writePlain({ letter, place, sealing }: Making, written: string[]): Promise<SealedEntry> {
  const at = sealing.clock.now();
  const bytes = Buffer.from(letter.html);
  const file = fileName(place.nextPlain, 'html');
  written.push(file);
  await sealing.files.write(file, bytes);
  return {
    type: 'sealed',
    at,
    seq: place.nextPlain,
    epoch: place.epoch,
    id: randomUUIDv7(),
    nextBy: at + sealing.nextWithinMs,
    kind: letter.kind,
    ...saidOf(letter),
    bytes: bytes.length,
    sha512: sha512Of(bytes),
    file,
    recipients: 0,
    plaintext: true,
    receipt: null,
    part: null,
  };
}

/** All that the ledger keeps of what it says: nothing that was not meant for anyone on the way. */
function saidOf({ ref, tally, language }: Letter): Pick<SealedEntry, 'ref' | 'tally' | 'language'> {
  return { ref, tally: oneLine(tally), language };
}

/** `trend-marketing-2026-03-03.html`. */
function nameOf({ ref }: Letter): string {
  return `${ref.replaceAll(/[^\w.-]+/g, '-')}.html`;
}
