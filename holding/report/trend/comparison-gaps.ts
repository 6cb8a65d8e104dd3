import type { Words } from '#lib/language.ts';
import { amountOf, type Noun } from '../../health/views/wording.ts';
import { fewestSources } from './change.ts';
import type { Comparison } from './trend.ts';

/** What a comparison could not do; of its trends so many are listed. */
export function comparisonGaps(comparison: Comparison, mostListed: number): Words[] {
  const { bars, documents, domains, trends, newChannels, fewest } = comparison;
  const gaps: Words[] = [];
  if (documents + domains > 0 && bars.length === 0) gaps.push(nothingToCompare);
  else if (bars.length > 0 && bars.every(({ limit }) => limit === null)) gaps.push(tooFewSources);
  const fresh = newChannels.filter((channel) => channel !== 'documents').length;
  if (fresh > 0 && bars.length > 0) gaps.push(amountOf(fresh, tooNew));
  if (fewest > fewestSources)
    gaps.push({
      en: `There were too many terms to compare all: those that fewer than ${fewest} sources name were left out.`,
      nl: `Er waren te veel termen om ze allemaal te vergelijken: wat minder dan ${fewest} bronnen noemen, is weggelaten.`,
    });
  if (trends.length > mostListed) gaps.push(amountOf(trends.length - mostListed, notListed));
  return gaps;
}

const nothingToCompare: Words = {
  en: 'There is nothing to compare with yet, so nothing is called a trend: counts only. The first comparison comes when there are sources of an earlier week.',
  nl: 'Er is nog niets om mee te vergelijken, dus niets heet een trend: alleen tellingen. De eerste vergelijking komt als er bronnen van een eerdere week zijn.',
};
const tooFewSources: Words = {
  en: 'There are too few sources to call anything a trend.',
  nl: 'Er zijn te weinig bronnen om iets een trend te noemen.',
};
const tooNew: Noun = {
  one: {
    en: 'feed or search is too new to compare: counted, but in no trend yet.',
    nl: 'feed of zoekopdracht is te nieuw om te vergelijken: wel geteld, nog in geen trend.',
  },
  many: {
    en: 'feeds or searches are too new to compare: counted, but in no trend yet.',
    nl: 'feeds of zoekopdrachten zijn te nieuw om te vergelijken: wel geteld, nog in geen trend.',
  },
};
const notListed: Noun = {
  one: { en: 'weaker trend is not listed.', nl: 'zwakkere trend staat er niet bij.' },
  many: { en: 'weaker trends are not listed.', nl: 'zwakkere trends staan er niet bij.' },
};
