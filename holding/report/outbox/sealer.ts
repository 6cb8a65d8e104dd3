import { messageOf } from '#lib/errors.ts';
import type { Letter, LetterKind } from '../letter.ts';
import type { Courier, Outbox, Parcel } from '../outbox.ts';
import { sealAside } from '../seal-thread.ts';
import { keepHead } from './kept-head.ts';
import type { Ledger } from './ledger.ts';
import type { OutboxOptions } from './outbox-options.ts';
import { noParcel, type ParcelFiles } from './parcel-files.ts';
import { rescueLost } from './rescue-lost.ts';
import { sealDue } from './seal-due.ts';
import { keyMissing, sealLetter, type SealedLetter } from './seal-letter.ts';
import type { Sealing } from './sealing.ts';
import { placeInSequence } from './sequence-place.ts';
import { replaceSigningKey } from './signing-key.ts';
import type { Exclusive } from './write-lock.ts';

/** The part of the outbox that seals; one at a time, in whatever process. */
export interface Sealer extends Pick<Outbox, 'sealDue' | 'seal' | 'sealRef' | 'rotate'> {
  /** How many had to stay the last time; 0 until then. */
  readonly heldBack: () => number;
  /** Why something that was due could not be sealed the last time; null: it was. */
  readonly fault: () => string | null;
}

interface Parts {
  readonly options: OutboxOptions;
  readonly ledger: () => Ledger;
  readonly files: ParcelFiles;
  readonly exporter: Courier;
  readonly alone: Exclusive;
}

const hourMs = 3_600_000;

/** What an outbox seals with. */
export function createSealer({ options, ledger, files, exporter, alone }: Parts): Sealer {
  const { desk, keys, plaintext, log } = options;
  let heldBack = 0;
  let fault: string | null = null;
  const sealing = (): Sealing => ({
    nextWithinMs: 26 * hourMs,
    seal: sealAside,
    ...options,
    recipients: keys.fault === null ? keys.recipients : [],
    ledger: ledger(),
    files,
    onLost: (lost, signal) => rescueLost(lost, { files, exporter, log }, signal),
  });
  const mayLeave = (kind: LetterKind): boolean => plaintext.includes(kind) || sealing().recipients.length > 0;
  const sealOne = (letter: Letter, signal: AbortSignal): Promise<SealedLetter> =>
    alone(() => sealLetter(letter, sealing(), signal), signal);
  return {
    heldBack: () => heldBack,
    fault: () => fault,
    sealDue: async (signal) => {
      try {
        const sealed = await sealDue({ desk, ledger: ledger(), mayLeave, seal: sealOne, log }, signal);
        ({ heldBack, fault } = sealed);
        return sealed.seqs.flatMap((seq) => partsOf(ledger(), seq));
      } catch (error) {
        if (!signal.aborted) fault = messageOf(error);
        throw error;
      }
    },
    seal: async (letter, signal) => parcelOf(ledger(), (await sealOne(letter, signal)).seq),
    sealRef: async (ref, signal) => {
      if (sealing().recipients.length === 0) throw keyMissing(keys.fault);
      const letter = await desk.write(ref, signal);
      return parcelOf(ledger(), (await sealOne({ ...letter, ref }, signal)).seq);
    },
    rotate: (signal) => alone(() => rotate(sealing(), signal), signal),
  };
}

function parcelOf(ledger: Ledger, seq: number): Parcel {
  const kept = ledger.fold().kept.get(seq);
  if (kept === undefined) throw noParcel(`Report ${seq} is not in the ledger`);
  return kept.parcel;
}

/** All that its report became: one, unless it was too long. */
function partsOf(ledger: Ledger, seq: number): readonly Parcel[] {
  const { ref } = parcelOf(ledger, seq);
  return [...ledger.fold().kept.values()].map(({ parcel }) => parcel).filter((parcel) => parcel.ref === ref);
}

/** The key first: where the ledger does not come to hear of it, the next report begins the epoch. */
async function rotate(sealing: Sealing, signal: AbortSignal): Promise<number> {
  const { ledger, files, paths, clock } = sealing;
  const { sender } = await replaceSigningKey(paths.reportSigningKey);
  const place = await placeInSequence({ ledger, files, headPath: paths.reportHead, sender, now: clock.now() });
  if (place.lost.to > place.lost.after) await sealing.onLost(place.lost, signal);
  const { seq, hash } = ledger.append(place.begins);
  const { epoch, nextSeq, nextPlain } = place;
  await keepHead(paths.reportHead, { seq, hash, epoch, lastSeq: nextSeq - 1, lastPlain: nextPlain + 1 });
  return epoch;
}
