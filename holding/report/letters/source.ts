import type { LetterKind } from '../letter.ts';
import type { Html } from './html.ts';

/** How long back a letter may be due: a machine with a long past does not send it all. */
export const letterAgeMs = 36 * 3_600_000;

/** A letter that should be with the owner by now. */
export interface DueLetter {
  /** Its ref without its kind: `17`, `2026-03-03`. */
  readonly name: string;
  /** Since when, in milliseconds since the epoch. */
  readonly at: number;
}

/** A letter without what is the same of all. */
export interface Written {
  readonly title: string;
  readonly tally: string;
  readonly page: Html;
}

/** Writes letters of one kind. */
export interface LetterSource {
  readonly kind: LetterKind;
  readonly due: (now: number, signal: AbortSignal) => Promise<readonly DueLetter[]>;
  /** Resolves to null where the name names nothing that there is. */
  readonly write: (name: string, now: number, signal: AbortSignal) => Promise<Written | null>;
}
