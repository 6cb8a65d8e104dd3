import { stemmer as dutchStem } from '@orama/stemmers/dutch';
import { stemmer as englishStem } from '@orama/stemmers/english';
import type { Language } from '../record.ts';
import { contentWordsOf, gramsOfWord, longestWord, wordsOf } from '../words/words.ts';
import type { Dictionary } from '../words/dictionary.ts';
import { isFunctionWord } from '../words/function-words.ts';

/** A word in the forms in which it is compared. */
export interface Term {
  readonly word: string;
  readonly stem: string;
  readonly grams: ReadonlySet<string>;
}

/** A word that is asked for, and what it may be called in the other language. */
export interface Asked {
  readonly own: Term;
  readonly translations: readonly Term[];
}

/** More of them than this are rare senses, which find what was not meant. */
const mostTranslations = 3;
/** Below this part of grams in common two words are different ones. */
const leastShared = 0.3;

/** The words of a question with their translations; a question in no known language is taken for both. */
export function askedOf(text: string, lang: Language, dictionary: Dictionary): readonly Asked[] {
  const from: readonly ('nl' | 'en')[] = lang === 'und' ? ['nl', 'en'] : [lang];
  return [...new Set(contentWordsOf(text))].map((word) => ({
    own: termOf(word, lang),
    translations: from.flatMap((one) => translationsOf(word, one, dictionary)),
  }));
}

function translationsOf(word: string, from: 'nl' | 'en', dictionary: Dictionary): readonly Term[] {
  const words = dictionary.translate(word, from).slice(0, mostTranslations).flatMap(wordsOf);
  const meant = [...new Set(words)].filter((one) => !isFunctionWord(one));
  return meant.map((one) => termOf(one, from === 'nl' ? 'en' : 'nl'));
}

function termOf(word: string, lang: Language): Term {
  return { word, stem: stemOf(word, lang), grams: new Set(gramsOfWord(word)) };
}

function stemOf(word: string, lang: Language): string {
  if (lang === 'und' || word.length > longestWord) return word;
  return lang === 'nl' ? dutchStem(word) : englishStem(word);
}

/** How much a word is like terms, each by its place among them; those that it is not like are left out. */
export type Likenesses = (word: string, lang: Language) => readonly (readonly [place: number, likeness: number])[];

/**
 * Compares words with these terms: a word is as much the same as they are by themselves, by their stem, or by the part
 * of their grams that they share, from 0 to 1. It is remembered, for records repeat each other's words.
 */
export function likenessesTo(terms: readonly Term[]): Likenesses {
  const words = placesBy(terms, ({ word }) => [word]);
  const stems = placesBy(terms, ({ stem }) => [stem]);
  const grams = placesBy(terms, (term) => term.grams);
  const compare = (word: string, lang: Language): readonly (readonly [number, number])[] => {
    const own = new Set(gramsOfWord(word));
    const shared = placesOf(own, grams);
    if (shared.size === 0) return []; // What shares its stem shares its beginning, so most words need no stem.
    const found = new Map<number, number>();
    for (const [place, count] of isLong(word) ? shared : []) {
      const { word: other, grams: others } = terms[place] ?? nothing;
      const part = isLong(other) ? count / Math.min(own.size, others.size) : 0;
      if (part >= leastShared) found.set(place, 0.9 * part);
    }
    for (const place of stems.get(stemOf(word, lang)) ?? []) found.set(place, 0.95);
    for (const place of words.get(word) ?? []) found.set(place, 1);
    return [...found];
  };
  const remembered = new Map<string, ReturnType<typeof compare>>();
  return (word, lang) => {
    const key = `${lang} ${word}`;
    const known = remembered.get(key) ?? compare(word, lang);
    remembered.set(key, known);
    return known;
  };
}

const nothing: Term = { word: '', stem: '', grams: new Set() };

/** Other digits are another thing, and short words are alike by chance. */
function isLong(word: string): boolean {
  return word.length >= 4 && !/\d/u.test(word);
}

function placesBy<Item>(items: readonly Item[], keysOf: (item: Item) => Iterable<string>): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, item] of items.entries())
    for (const key of keysOf(item)) {
      const known = places.get(key);
      if (known === undefined) places.set(key, [place]);
      else known.push(place);
    }
  return places;
}

/** How many of the keys each place has. */
function placesOf(keys: Iterable<string>, places: ReadonlyMap<string, readonly number[]>): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const key of keys) for (const place of places.get(key) ?? []) counts.set(place, (counts.get(place) ?? 0) + 1);
  return counts;
}
