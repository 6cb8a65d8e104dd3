import type { MemoryRecord } from '../record.ts';
import { likenessesTo, type Asked } from './terms.ts';
import { contentWordsOf } from '../words/words.ts';

/** What is known of how well a record answers. */
export interface Evidence {
  /** The part of what was asked, weighed by rarity, whose words it has: from 0 to 1. */
  readonly coverage: number;
  /** Its BM25 as a part of the best one's, in the words of the question and with their translations: from 0 to 1. */
  readonly words: number;
  /** How much nearer in meaning it is than records are on average, as a difference of cosines; null: not known. */
  readonly meaning: number | null;
}

/** What the development set in `test/memory/evaluation` chose; flat around these: ±30 % moves recall by 0.02. */
const weights = { coverage: 1, words: 0.3, meaning: 1.5 } as const;
/** A word that was found by a translation of what was asked. */
const translated = 0.75;
/** An answer that has every word and the sense of what was asked. */
const perfect = weights.coverage + weights.words + weights.meaning * 0.6;

/** From 0 to 1. */
export function relevanceOf({ coverage, words, meaning }: Evidence): number {
  const sum = weights.coverage * coverage + weights.words * words + weights.meaning * (meaning ?? 0);
  return Number.isFinite(sum) ? Math.min(1, Math.max(0, sum / perfect)) : 0; // What cannot be compared ends last.
}

/** The best of a recall is weak below this much of coverage and meaning: see the evaluation in docs/memory.md. */
const leastAnswer = 0.5;
/** And where meaning cannot be asked, below this much of coverage alone, which tells less. */
const leastCoverage = 0.25;

/** Whether nothing found answers what was asked. It leaves out BM25, by which the best is always the best. */
export function isWeak(found: readonly Evidence[]): boolean {
  return !found.some(({ coverage, meaning }) =>
    meaning === null ? coverage >= leastCoverage : coverage + weights.meaning * meaning >= leastAnswer,
  );
}

/** A word that was asked for, with how rare it is. */
export interface Weighty {
  readonly term: Asked;
  readonly rarity: number;
}

/** Tells of a record which part of what was asked it covers, each word weighed by its rarity: from 0 to 1. */
export function coverageOf(
  asked: readonly Weighty[],
  askedIn: MemoryRecord['lang'],
): (record: Pick<MemoryRecord, 'text' | 'lang' | 'keywords'>) => number {
  const ways = asked.flatMap(({ term: { own, translations } }, of) => [
    { of, term: own, worth: 1 },
    ...translations.map((term) => ({ of, term, worth: translated })),
  ]);
  const likenesses = likenessesTo(ways.map(({ term }) => term));
  const total = asked.reduce((sum, { rarity }) => sum + rarity, 0);
  return ({ text, lang, keywords }) => {
    const mayTranslate = lang !== askedIn || lang === 'und';
    const best = new Float64Array(asked.length);
    for (const word of new Set(contentWordsOf([text, ...keywords.nl, ...keywords.en].join('\n')))) {
      for (const [place, likeness] of likenesses(word, lang)) {
        const way = ways[place];
        if (way === undefined || (way.worth < 1 && !mayTranslate)) continue;
        best[way.of] = Math.max(best[way.of] ?? 0, way.worth * likeness);
      }
    }
    return total === 0 ? 0 : asked.reduce((sum, { rarity }, of) => sum + rarity * (best[of] ?? 0), 0) / total;
  };
}

const dayMs = 86_400_000;
const halfLifeDays = 180;

/**
 * What relevance is multiplied with, from 0.3 to 1.5: the important count for more, and what is old for less, but for
 * mandates and what the owner decided.
 */
export function weightOf({ kind, importance, createdAt, trust }: MemoryRecord, now: number): number {
  const byImportance = 0.9 + 0.02 * importance;
  const lasts = kind === 'mandate' || (kind === 'decision' && trust === 'owner');
  const ageDays = Math.max(0, now - createdAt) / dayMs;
  const byAge = lasts ? 1 : 0.85 + 0.15 * 2 ** (-ageDays / halfLifeDays);
  return Math.min(1.5, Math.max(0.3, byImportance * byAge));
}
