import type { Language } from '#lib/language.ts';

/** What a letter to the owner is about. `canary`: the first one, by which the owner shows that reports can be opened. */
export const letterKinds = ['trend', 'digest', 'incident', 'canary'] as const;
export type LetterKind = (typeof letterKinds)[number];

/** A report as it is sealed: pleasant to read, and all of it in one file. */
export interface Letter {
  /** What it was made of, such as `trend/marketing/2026-03-03`, `digest/2026-03-03` or `incident/17`. */
  readonly ref: string;
  readonly kind: LetterKind;
  readonly title: string;
  readonly language: Language;
  /** One self-contained HTML page without script, reference or request. */
  readonly html: string;
  /** Counts in words that may be read by anyone on the way: “All well, 0 incidents”. */
  readonly tally: string;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
}

/** Where letters come from; a source a kind, joined by `scripts/`. */
export interface LetterDesk {
  /** Refs of what should be with the owner by now, oldest first; those of before they are a day and a half old only. */
  readonly due: (signal: AbortSignal) => Promise<readonly string[]>;
  /** @throws OmegaError `E_NO_LETTER` where the ref names nothing that there is. */
  readonly write: (ref: string, signal: AbortSignal) => Promise<Letter>;
}
