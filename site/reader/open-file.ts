import {
  open,
  parseSigningKey,
  senderOf,
  signingKeyText,
  type DeviceKey,
  type Opened,
} from '#holding/report/envelope.ts';
import { envelopeCodeOf, type EnvelopeCode, type SequenceCode } from '#holding/report/envelope/errors.ts';
import { codeWords } from '#holding/report/envelope/words.ts';
import type { Translated } from '#lib/language.ts';

/** A file that may hold a report. */
export interface Sealed {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What came of opening it. */
export type Outcome = OpenedFile | AskingFile | RefusedFile;

/** A report, all checks passed. */
export interface OpenedFile {
  readonly kind: 'opened';
  readonly name: string;
  readonly report: Opened;
  /** What its number tells; see `memory.ts`. */
  readonly notices: readonly Notice[];
  /** Numbers of the parts without which it cannot be shown; none: it is whole. */
  readonly missing: readonly number[];
}

export interface Notice {
  readonly code: SequenceCode;
  /** The reports that it is about, where it is about others. */
  readonly numbers: string;
}

/** All is well, but who signed it is not known here. */
export interface AskingFile {
  readonly kind: 'asks';
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sender: Uint8Array;
}

/** Nothing of it is shown. */
export interface RefusedFile {
  readonly kind: 'refused';
  readonly name: string;
  /** Null: it was never had. */
  readonly code: EnvelopeCode | null;
  readonly words: Translated;
}

/** Opens a file with this device's key, for these senders by the texts of their keys. */
export async function openFile({ name, bytes }: Sealed, key: DeviceKey, trusted: readonly string[]): Promise<Outcome> {
  const keys = [key];
  try {
    const senders = trusted.map((text) => parseSigningKey(text));
    return { kind: 'opened', name, report: await open(bytes, { keys, senders }), notices: [], missing: [] };
  } catch (error) {
    if (envelopeCodeOf(error) !== 'E_SENDER_UNKNOWN') return refused(name, error);
  }
  try {
    return { kind: 'asks', name, bytes, sender: await senderOf(bytes, keys) };
  } catch (error) {
    return refused(name, error);
  }
}

/** The words for a code of the envelope's; anything else that was thrown is a fault of the reader's. */
export function refused(name: string, thrown: unknown): RefusedFile {
  const code = envelopeCodeOf(thrown);
  if (code === undefined) throw thrown;
  return { kind: 'refused', name, code, words: codeWords[code] };
}

/** How a sender is called in what is remembered. */
export function senderText(sender: Uint8Array): string {
  return signingKeyText(sender);
}
