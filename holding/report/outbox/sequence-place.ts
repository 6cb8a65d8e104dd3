import { noPrev } from '../envelope/meta.ts';
import type { Entry } from './entry.ts';
import type { SequenceEnd } from './fold.ts';
import { readKeptHead, type KeptHead } from './kept-head.ts';
import type { Ledger } from './ledger.ts';
import { seqOfFile, type ParcelFiles } from './parcel-files.ts';

/** Where the next envelope belongs. */
export interface SequencePlace {
  readonly epoch: number;
  readonly nextSeq: number;
  readonly nextPlain: number;
  /** First 32 bytes of the hash of the envelope before it, hex; zeros for an epoch's first. */
  readonly prev: string;
  /** What is to be written in the same commit: that an epoch begins, where it does. */
  readonly begins: readonly Entry[];
  /** Numbers that the ledger lost, and whose files may still be there. */
  readonly lost: { readonly after: number; readonly to: number };
}

interface Looking {
  readonly ledger: Ledger;
  readonly files: Pick<ParcelFiles, 'names'>;
  /** Where the head is kept. */
  readonly headPath: string;
  readonly sender: string;
  readonly now: number;
}

/**
 * Goes on where the ledger ends; but begins an epoch where there was none, where another key signs, and where the
 * ledger has lost its end, cannot be read there, or the head beside it cannot. No number is given twice, whatever was lost.
 */
export async function placeInSequence({ ledger, files, headPath, sender, now }: Looking): Promise<SequencePlace> {
  const end = ledger.fold().end();
  const kept = readKeptHead(headPath);
  const isCut = typeof kept === 'string' || (kept !== null && !(ledger.contains(kept) && reaches(end, kept)));
  const before = isCut ? furthest(end, kept, await files.names()) : end;
  const nextSeq = before.lastSeq + 1;
  const nextPlain = before.lastPlain - 1;
  const lost = { after: end.lastSeq, to: before.lastSeq };
  const why = isCut ? 'cut' : end.sender === null ? 'first' : end.sender === sender ? null : 'key';
  if (why === null) {
    const prev = end.lastSha512?.slice(0, noPrev.length) ?? noPrev;
    return { epoch: end.epoch, nextSeq, nextPlain, prev, begins: [], lost };
  }
  const epoch = before.epoch + 1;
  const begins: readonly Entry[] = [{ type: 'rotated', epoch, at: now, why, sender }];
  return { epoch, nextSeq, nextPlain, prev: noPrev, begins, lost };
}

/** Whether its records, as far as they can be read, tell of all numbers that were given. */
function reaches(end: SequenceEnd, kept: KeptHead): boolean {
  return end.epoch >= kept.epoch && end.lastSeq >= kept.lastSeq && end.lastPlain <= kept.lastPlain;
}

/** The furthest that anything knows of: the ledger, the head beside it, the names of the files. */
function furthest(end: SequenceEnd, kept: KeptHead | string | null, names: readonly string[]): SequenceEnd {
  const inFolder = names.map((name) => seqOfFile(name) ?? 0);
  const head = typeof kept === 'string' || kept === null ? { epoch: 0, lastSeq: 0, lastPlain: 0 } : kept;
  return {
    ...end,
    epoch: Math.max(end.epoch, head.epoch),
    lastSeq: Math.max(end.lastSeq, head.lastSeq, ...inFolder),
    lastPlain: Math.min(end.lastPlain, head.lastPlain),
  };
}
