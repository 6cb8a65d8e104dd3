import { locales, type Translated } from '#lib/language.ts';
import type { Noun } from '../../health/views/wording.ts';
import type { Voice } from './coverage.ts';

/** What a trend report finds. */
export const trendNoun: Noun = { one: 'trend', many: 'trends' };

/** Whose voices it counts. */
export const voiceNouns: Readonly<Record<Voice, Noun>> = {
  document: { one: 'document', many: { en: 'documents', nl: 'documenten' } },
  domain: { one: { en: 'domain', nl: 'domein' }, many: { en: 'domains', nl: 'domeinen' } },
};

/** What stands above the proofs of a claim; a letter folds away what follows. */
export const evidenceWords: Translated = { en: 'Evidence', nl: 'Vindplaatsen' };

/** The weeks before, as they are compared with: `the week`, `the 3 weeks`. */
export function weeksWords(count: number): Translated {
  return count === 1 ? { en: 'the week', nl: 'de week' } : { en: `the ${count} weeks`, nl: `de ${count} weken` };
}

const dates = formatsOf((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }));
const numbers = formatsOf((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }));

/** A day that is written as 2026-03-01, as a person says it: 1 March 2026. */
export function dayWords(day: string): Translated {
  const time = Date.parse(`${day}T00:00:00Z`);
  return { en: dates.en.format(time), nl: dates.nl.format(time) };
}

/** A number with two digits at most after its point, which is a comma in Dutch. */
export function numberWords(value: number): Translated {
  return { en: numbers.en.format(value), nl: numbers.nl.format(value) };
}

function formatsOf<Format>(make: (locale: string) => Format): { readonly en: Format; readonly nl: Format } {
  return { en: make(locales.en), nl: make(locales.nl) };
}
