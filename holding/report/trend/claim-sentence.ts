import type { Claim, Report } from './report.ts';

/** What a remembered claim said. */
export interface Spoken {
  readonly term: string;
  readonly voice: string;
  readonly sources: number;
  readonly of: number;
  /** The last one of its report's period. */
  readonly day: string;
}

/** A claim as it is remembered: its count, and the day on which it was told, without a word that others wrote. */
export function sentenceOf({ text }: Pick<Claim, 'text'>, { unit, period }: Pick<Report, 'unit' | 'period'>): string {
  return `${text} Trend report of ${unit}, ${period.until}.`;
}

const pattern = /^“(.+)” is named by (\d{1,9}) of (\d{1,9}) (document|domain)s, .* (\d{4}-\d\d-\d\d)\.$/s;

/** Such a sentence read back; null: it is none, as that of another version may be. */
export function spoken(sentence: string): Spoken | null {
  const [, term, sources, of, voice, day] = pattern.exec(sentence) ?? [];
  if (term === undefined || voice === undefined || day === undefined) return null;
  return { term, voice, sources: Number(sources), of: Number(of), day };
}

/** Whether it is about the same: documents and the web are compared each with itself. */
export function isOf(sentence: string, claim: Pick<Claim, 'text'>): boolean {
  const [one, other] = [subjectOf(sentence), subjectOf(claim.text)];
  return one !== null && one.term === other?.term && one.voice === other.voice;
}

function subjectOf(text: string): Pick<Spoken, 'term' | 'voice'> | null {
  const [, term, voice] = /^“(.+)” is named by \d{1,9} of \d{1,9} (document|domain)s,/s.exec(text) ?? [];
  return term === undefined || voice === undefined ? null : { term, voice };
}

/**
 * From 3 to 9 by its strength, the change less its own uncertainty: a trend has 1.3 at least. The weakest grow old as
 * what matters little does.
 */
export function importanceOf({ change }: Pick<Claim, 'change'>): number {
  return Math.min(9, Math.max(3, Math.round(2 + change.logOdds - change.standardError)));
}
