import type { Sighting } from '#holding/report/trend/count.ts';
import { compare, type Comparison } from '#holding/report/trend/trend.ts';
import { termsOf } from '#holding/report/trend/terms.ts';
import { defineBench } from './bench.ts';

const runs = 10;
const documents = 60;
const risesTo = 8;
const wordsEach = 150;
const today = 20_000;
/** What nobody spoke of before. */
const planted = 'stembusvlag reclame';

/** A topic that rises from 0 to 8 of 60 documents in ten seeded runs; and what else is called a trend, in them and without it. */
export default defineBench({
  name: 'trend',
  summary: `${runs} seeded runs of ${documents} documents in which a topic rises from 0 to ${risesTo} sources`,
  against: `the same documents without the topic: ${documents / 2} of the week before, ${documents / 2} of this one, words by Zipf’s law and standing subjects`,
  seconds: 10,
  run: async ({ tell, signal }) => {
    let [hitAt10, falseTrends, falseWithout] = [0, 0, 0];
    for (let seed = 1; seed <= runs; seed += 1) {
      signal.throwIfAborted();
      const { trends } = await trendsOf(seed, risesTo, signal);
      const rank = trends.findIndex(({ term }) => planted.includes(term) || term.includes(planted));
      const others = trends.filter(({ term }) => !isPlanted(term)).length;
      const without = (await trendsOf(seed, 0, signal)).trends.length;
      if (rank !== -1 && rank < 10) hitAt10 += 1;
      falseTrends += others;
      falseWithout += without;
      tell(`run ${seed}: at place ${rank === -1 ? '–' : rank + 1}; ${others} others; ${without} without the topic`);
    }
    return { hitAt10, runs, falseTrends, falseTrendsWithout: falseWithout };
  },
});

/** A phrase that begins or ends with the topic's words is the topic. */
function isPlanted(term: string): boolean {
  return planted.split(' ').some((word) => term.split(' ').includes(word));
}

/** What is found in seeded documents of which so many of this week's name the topic. */
export function trendsOf(seed: number, naming: number, signal: AbortSignal): Promise<Comparison> {
  const random = seeded(seed);
  const sightings = Array.from({ length: documents }, (_, n): Sighting => {
    const isNow = n >= documents / 2;
    const text = documentOf(random);
    const said = isNow && n - documents / 2 < naming ? `${text} ${planted} ${documentOf(random, 20)}` : text;
    return {
      channel: 'documents',
      source: `documents/${n}.md`,
      kind: 'document',
      day: isNow ? today : today - 8,
      terms: [...termsOf(said)],
    };
  });
  return compare({ sightings: () => sightings, covered: new Map(), today, topics: [], signal });
}

const vocabulary = 4000;
const subjects = 12;
const wordsOfSubject = 40;

/** A third of a document's words are its subject's, the others follow Zipf's law. */
function documentOf(random: () => number, length = wordsEach): string {
  const subject = Math.floor(random() * subjects);
  const word = (): string =>
    random() < 1 / 3
      ? spell(vocabulary + subject * wordsOfSubject + Math.floor(random() * wordsOfSubject))
      : spell(Math.floor(vocabulary ** random()));
  return Array.from({ length }, (_, n) => `${word()}${n % 12 === 11 ? '.' : ''}`).join(' ');
}

/** A word for each number, that is no stop word of any language. */
function spell(number: number): string {
  const syllables = ['ba', 'ke', 'di', 'fo', 'gu', 'la', 'me', 'ni', 'po', 'ru'];
  return `x${String(number)
    .padStart(4, '0')
    .replaceAll(/\d/g, (digit) => syllables[Number(digit)] ?? '')}`;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
