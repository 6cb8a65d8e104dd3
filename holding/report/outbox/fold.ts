import type { Language } from '#lib/language.ts';
import type { Parcel } from '../outbox.ts';
import type { Entry, Event, SealedEntry } from './entry.ts';

/** A report on its way, and what only the outbox needs to know of it. */
export interface Kept {
  readonly parcel: Parcel;
  readonly receipt: string | null;
  readonly part: SealedEntry['part'];
  readonly tally: string;
  readonly language: Language;
  /** When the first attempt was made since it was sealed or sent again; null: none was. */
  readonly firstTriedAt: number | null;
  /** When the last thing happened to it: a clock that shows less was set back. */
  readonly since: number;
  readonly exportedAt: number | null;
}

/** All reports, as the records of the ledger tell one after the other. */
export interface Fold {
  readonly add: (entry: Entry) => void;
  readonly kept: ReadonlyMap<number, Kept>;
  /** Reports of what was sealed: nothing is sealed twice. */
  readonly seqOf: (ref: string) => number | null;
  /** How it stands with the sequence: 0 and null before the first. */
  readonly end: () => SequenceEnd;
}

/** Where the sequence of envelopes stands. */
export interface SequenceEnd {
  readonly epoch: number;
  /** Of the envelopes; and of what went out unsealed, which counts backwards. */
  readonly lastSeq: number;
  readonly lastPlain: number;
  /** Of the last envelope of this epoch, hex; null: it has none yet. */
  readonly lastSha512: string | null;
  /** Who signs in this epoch, as a reader pins it; null: no epoch began. */
  readonly sender: string | null;
}

/** That of an empty ledger. */
export function createFold(): Fold {
  const kept = new Map<number, Kept>();
  const refs = new Map<string, number>();
  let end: SequenceEnd = { epoch: 0, lastSeq: 0, lastPlain: 0, lastSha512: null, sender: null };
  return {
    kept,
    seqOf: (ref) => refs.get(ref) ?? null,
    end: () => end,
    add: (entry) => {
      if (entry.type === 'rotated') {
        end = { ...end, epoch: entry.epoch, lastSha512: null, sender: entry.sender };
      } else if (entry.type === 'sealed') {
        kept.set(entry.seq, begin(entry));
        if (!refs.has(entry.ref)) refs.set(entry.ref, entry.seq);
        end = entry.plaintext
          ? { ...end, lastPlain: Math.min(end.lastPlain, entry.seq) }
          : { ...end, lastSeq: Math.max(end.lastSeq, entry.seq), lastSha512: entry.sha512 };
      } else {
        const before = kept.get(entry.seq); // Where the ledger lost it, what happened to it afterwards tells nothing.
        if (before !== undefined) kept.set(entry.seq, after(before, entry));
      }
    },
  };
}

function begin(entry: SealedEntry): Kept {
  const { type: _type, at, receipt, part, tally, language, ...sealed } = entry;
  return {
    parcel: {
      ...sealed,
      createdAt: at,
      state: 'sealed',
      attempts: 0,
      nextTryAt: at,
      carriedBy: null,
      ackedAt: null,
      fault: null,
    },
    receipt,
    part,
    tally,
    language,
    firstTriedAt: null,
    since: at,
    exportedAt: null,
  };
}

function after(before: Kept, event: Event): Kept {
  const { firstTriedAt, exportedAt } = before;
  return {
    ...before,
    parcel: { ...before.parcel, ...changeOf(before.parcel, event) },
    since: event.at,
    firstTriedAt:
      event.type === 'again' ? null : event.type === 'attempting' ? (firstTriedAt ?? event.at) : firstTriedAt,
    exportedAt: event.type === 'exported' ? event.at : exportedAt,
  };
}

function changeOf(parcel: Parcel, event: Event): Partial<Parcel> {
  switch (event.type) {
    case 'attempting':
      return { state: 'attempting', attempts: parcel.attempts + 1, nextTryAt: event.at };
    case 'accepted': {
      const { courier, reference, at } = event;
      const state = parcel.ackedAt === null ? 'accepted' : 'acked';
      return { state, nextTryAt: null, carriedBy: { courier, reference, at }, fault: null };
    }
    case 'postponed': {
      if (parcel.state === 'acked') return {}; // Meanwhile the owner said that it is there.
      const attempts = event.isAttempt ? parcel.attempts : Math.max(0, parcel.attempts - 1);
      return { state: 'sealed', attempts, nextTryAt: event.nextTryAt, fault: event.why };
    }
    case 'dead':
      if (parcel.state === 'acked') return {};
      return { state: 'dead', nextTryAt: null, fault: event.why };
    case 'acked':
      return { state: 'acked', nextTryAt: null, ackedAt: parcel.ackedAt ?? event.at, fault: null };
    case 'again':
      return { state: 'sealed', attempts: 0, nextTryAt: event.at, fault: null };
    case 'exported':
      break; // It is noted beside the parcel.
  }
  return {};
}
