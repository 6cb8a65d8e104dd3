import type { Words } from '#lib/language.ts';
import type { Letter, LetterKind } from './letter.ts';

/** Where a sealed report is on its way; see docs/reports.md. */
export const parcelStates = ['sealed', 'attempting', 'accepted', 'acked', 'dead'] as const;
export type ParcelState = (typeof parcelStates)[number];

/** A sealed report, as the ledger has it. Nothing of its text is here. Times in milliseconds since the epoch. */
export interface Parcel {
  /**
   * Never the same again, over all epochs. What goes out unsealed has no place in the sequence that a reader watches:
   * it is counted backwards, from -1 on.
   */
  readonly seq: number;
  /** A new one begins where the ledger lost its end, or the keys were changed. */
  readonly epoch: number;
  /** UUIDv7, also inside the envelope. */
  readonly id: string;
  /** What it was made of, such as `trend/marketing/2026-03-03`: each is sealed once. */
  readonly ref: string;
  readonly kind: LetterKind;
  readonly createdAt: number;
  /** When the next one is due at the latest, as it promises the reader. */
  readonly nextBy: number;
  readonly bytes: number;
  /** Of the envelope, hex. */
  readonly sha512: string;
  /** Its name in the outbox. */
  readonly file: string;
  readonly recipients: number;
  /** Let out as it is, as the owner said of its kind: then it is no envelope. */
  readonly plaintext: boolean;
  readonly state: ParcelState;
  readonly attempts: number;
  /** Not before; null: nothing is to be done. */
  readonly nextTryAt: number | null;
  /** The courier that brought it and what it gave as a reference, such as a message's id; null: none yet. */
  readonly carriedBy: { readonly courier: string; readonly reference: string; readonly at: number } | null;
  readonly ackedAt: number | null;
  /** Why the last attempt failed, or why it is dead; null: it did not. */
  readonly fault: string | null;
}

/** How the sealing and sending go, for the page and the checks: counts, never a text. */
export interface OutboxStanding {
  /** For how many keys it is sealed; 0: no key is set, so nothing leaves. */
  readonly recipients: number;
  /** Kinds that go out unsealed, as the owner said. */
  readonly plaintext: readonly string[];
  readonly sealed: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** Sent by a bot, and not acknowledged in time. */
  readonly overdue: number;
  readonly dead: number;
  /** Sealed, and not yet brought. */
  readonly waiting: number;
  /** What would have gone out, had there been a key. */
  readonly heldBack: number;
  readonly lastSealedAt: number | null;
  readonly lastAckedAt: number | null;
  /** Whether a report was ever acknowledged: until then nobody knows that the owner can open one. */
  readonly verified: boolean;
  readonly epoch: number;
  readonly lastSeq: number;
  /** Why nothing can be sealed or sent now; null: nothing is known against it. */
  readonly fault: string | null;
}

/** What an attempt to bring a report came to. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly reference: string }
  /** It will never be taken: a dead letter. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The courier itself may not work any more: its token was revoked. The report waits. */
  | { readonly kind: 'stopped'; readonly why: string }
  /** Not now: no attempt. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** Nothing was sent. */
  | { readonly kind: 'unreachable'; readonly why: string }
  /** It was sent, and nobody knows whether it arrived: sent again, and the reader takes doubles out. */
  | { readonly kind: 'unanswered'; readonly why: string };

/** A way out for sealed reports: a bot, or a folder. */
export interface Courier {
  /** Stable: the ledger remembers it. */
  readonly name: string;
  readonly where: Words;
  /** False: it is not set up, and another one is asked. */
  readonly isReady: () => boolean;
  readonly carry: (load: Load, signal: AbortSignal) => Promise<Outcome>;
}

/** What a courier is handed: bytes that it cannot read, and what may be said beside them. */
export interface Load {
  readonly seq: number;
  readonly bytes: Uint8Array;
  /** Random, and tells nothing. */
  readonly fileName: string;
  /** Counts and the number only. */
  readonly caption: string;
  /** Whether it may make a noise. */
  readonly sound: boolean;
}

/** What comes of an acknowledgement. */
export type Acknowledgement =
  | 'acknowledged'
  | 'already'
  | 'wrong-code'
  /** Wrong too often within the hour: not looked at, were it right. */
  | 'too-many-tries'
  | 'no-report';

/**
 * Seals reports, keeps the ledger of them and sees that they arrive. One writer: the job `report-send`, one at a time.
 */
export interface Outbox {
  /** Seals what is due and was not sealed before, the oldest first. Resolves to what it sealed. */
  readonly sealDue: (signal: AbortSignal) => Promise<readonly Parcel[]>;
  /** Seals one letter by hand; where it needs parts, resolves to the first. @throws OmegaError `E_KEY_MISSING` where no key is set. */
  readonly seal: (letter: Letter, signal: AbortSignal) => Promise<Parcel>;
  /** Has the letter of that ref written, and seals it. @throws OmegaError `E_NO_LETTER`, and as `seal`. */
  readonly sealRef: (ref: string, signal: AbortSignal) => Promise<Parcel>;
  /** Brings what is due to be brought. */
  readonly deliver: (signal: AbortSignal) => Promise<{
    readonly accepted: number;
    readonly waiting: number;
    readonly dead: number;
    /** When there is something to be brought again; null: nothing waits. */
    readonly nextTryAt: number | null;
  }>;
  readonly acknowledge: (receipt: { readonly seq: number; readonly code: string }) => Acknowledgement;
  /** Puts one, or all dead ones, back on their way. Returns how many. */
  readonly resend: (which: number | 'dead') => number;
  /** Begins an epoch with a new signing key. Returns its number. */
  readonly rotate: (signal: AbortSignal) => Promise<number>;
  readonly parcels: () => readonly Parcel[];
  readonly find: (seq: number) => Parcel | null;
  /** The bytes of one. @throws OmegaError `E_NO_PARCEL`. */
  readonly read: (seq: number) => Promise<Uint8Array>;
  readonly standing: () => OutboxStanding;
  /** Removes files that were acknowledged long ago, and what a death left behind. Resolves to how many. */
  readonly prune: (signal: AbortSignal) => Promise<number>;
}
