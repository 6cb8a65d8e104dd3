import type { Translated } from '#lib/language.ts';
import type { Voice } from './coverage.ts';
import type { Claim, Report } from './report.ts';
import { weeksWords } from './wording.ts';

/** What is counted of a claim. */
type Count = Pick<Claim, 'term' | 'counts' | 'files'>;

/** What a remembered claim said. */
export interface Spoken {
  readonly term: string;
  readonly voice: string;
  readonly sources: number;
  readonly of: number;
  /** The last one of its report's period. */
  readonly day: string;
}

/** What a claim says, against so many weeks before. */
export function claimWords(claim: Count, weeks: number): Translated {
  const { sources, of, earlier, earlierOf } = claim.counts;
  const before = weeksWords(weeks);
  const voice = voiceOfClaim(claim);
  const [where, many] = voice === 'document' ? ['in', 'documenten'] : ['op', 'domeinen'];
  return {
    en: `“${claim.term}” is named by ${sources} of ${of} ${voice}s, in ${before.en} before by ${earlier} of ${earlierOf}.`,
    nl: `“${claim.term}” wordt genoemd ${where} ${sources} van de ${of} ${many}, in ${before.nl} ervoor ${where} ${earlier} van de ${earlierOf}.`,
  };
}

/** Whose count a claim is: each is of documents or of domains, never of both. */
export function voiceOfClaim({ files }: Pick<Claim, 'files'>): Voice {
  return files > 0 ? 'document' : 'domain';
}

/**
 * A claim as it is remembered, in English whatever its report speaks: its count, and the day on which it was told,
 * without a word that others wrote.
 */
export function sentenceOf(
  claim: Count & Pick<Claim, 'weeks'>,
  { unit, period }: Pick<Report, 'unit' | 'period'>,
): string {
  return `${claimWords(claim, claim.weeks ?? period.weeksBefore).en} Trend report of ${unit}, ${period.until}.`;
}

const pattern = /^“(.+)” is named by (\d{1,9}) of (\d{1,9}) (document|domain)s, .* (\d{4}-\d\d-\d\d)\.$/s;

/** Such a sentence read back; null: it is none, as that of another version may be. */
export function spoken(sentence: string): Spoken | null {
  const [, term, sources, of, voice, day] = pattern.exec(sentence) ?? [];
  if (term === undefined || voice === undefined || day === undefined) return null;
  return { term, voice, sources: Number(sources), of: Number(of), day };
}

/** Whether it is about the same: documents and the web are compared each with itself. */
export function isOf(sentence: string, claim: Pick<Claim, 'term' | 'files'>): boolean {
  const said = spoken(sentence);
  return said !== null && said.term === claim.term && said.voice === voiceOfClaim(claim);
}

/**
 * From 3 to 9 by its strength, the change less its own uncertainty: a trend has 1.3 at least. The weakest grow old as
 * what matters little does.
 */
export function importanceOf({ change }: Pick<Claim, 'change'>): number {
  return Math.min(9, Math.max(3, Math.round(2 + change.logOdds - change.standardError)));
}
