import { expect, test } from 'vitest';
import type { Language } from '#holding/memory/record.ts';
import { askedOf, likenessesTo } from '#holding/memory/recall/terms.ts';
import { emptyDictionary, type Dictionary } from '#holding/memory/words/dictionary.ts';

const few: Readonly<Record<string, readonly string[]>> = {
  'nl fiets': ['bicycle', 'bike', 'cycle', 'wheel'],
  'nl uitverkoop': ['clearance sale'],
  'nl voorlopig': ['for now'],
  'en sale': ['verkoop'],
};
const dictionary: Dictionary = { ...emptyDictionary, translate: (word, from) => few[`${from} ${word}`] ?? [] };

function wordsAsked(text: string, lang: Language): (readonly string[])[] {
  return askedOf(text, lang, dictionary).map(({ own, translations }) => [own, ...translations].map(({ word }) => word));
}

function likeness(one: string, other: string, lang: Language = 'nl'): number {
  const [asked] = askedOf(one, lang, emptyDictionary);
  if (asked === undefined) throw new Error(`${one} is no word`);
  return likenessesTo([asked.own])(other, lang)[0]?.[1] ?? 0;
}

test('a word is asked once, with the likeliest translations of its own language', () => {
  expect(wordsAsked('De fiets, de FIETS!', 'nl')).toEqual([['fiets', 'bicycle', 'bike', 'cycle']]);
  expect(wordsAsked('sale fiets', 'en')).toEqual([['sale', 'verkoop'], ['fiets']]);
});

test('a translation of several words is each of them, without function words', () => {
  expect(wordsAsked('uitverkoop voorlopig', 'nl')).toEqual([
    ['uitverkoop', 'clearance', 'sale'],
    ['voorlopig', 'now'],
  ]);
});

test('a question in no known language is taken for both', () => {
  expect(wordsAsked('fiets sale', 'und')).toEqual([
    ['fiets', 'bicycle', 'bike', 'cycle'],
    ['sale', 'verkoop'],
  ]);
});

test('a text without words asks for nothing', () => {
  expect(askedOf('👍 …', 'nl', dictionary)).toEqual([]);
});

test('the same word is wholly alike, the same stem nearly, shared grams in part', () => {
  expect(likeness('klant', 'klant')).toBe(1);
  expect(likeness('klant', 'klanten')).toBe(0.95);
  expect(likeness('nieuwsbrief', 'brief')).toBeCloseTo(0.9 * (3 / 4));
  expect(likeness('klant', 'fiets')).toBe(0);
});

test('likeness goes both ways', () => {
  for (const [one, other] of [
    ['nieuwsbrief', 'brief'],
    ['planning', 'planten'],
    ['btw', 'btwaangifte'],
  ] as const) {
    expect(likeness(one, other)).toBe(likeness(other, one));
  }
});

test('other digits are another thing, and so are short words that only look alike', () => {
  expect(likeness('factuur2024', 'factuur2025')).toBe(0);
  expect(likeness('2024', '2024')).toBe(1);
  expect(likeness('kat', 'kater')).toBe(0);
});

test('the stem goes by the language of each', () => {
  expect(likeness('running', 'runs', 'en')).toBe(0.95);
  expect(likeness('running', 'runs', 'und')).toBeLessThan(0.95);
});

test('each of many terms is told by its place', () => {
  const terms = askedOf('fiets klanten bank', 'nl', emptyDictionary).map(({ own }) => own);
  const likenesses = likenessesTo(terms);
  expect(likenesses('klant', 'nl')).toEqual([[1, 0.95]]);
  expect(likenesses('constructor', 'nl')).toEqual([]);
  expect(likenesses('klant', 'nl')).toEqual([[1, 0.95]]); // Remembered, and the same.
});

test('a word of 20,000 letters takes no time', () => {
  const started = performance.now();
  expect(likeness('a'.repeat(4000), 'a'.repeat(20_000))).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(1000);
});
