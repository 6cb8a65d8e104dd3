import { expect, test } from 'vitest';
import { emptyDictionary, type Dictionary } from '#holding/memory/words/dictionary.ts';
import { glossOf } from '#holding/memory/words/gloss.ts';

const few: Readonly<Record<string, readonly string[]>> = { klant: ['customer', 'client'], betaalt: ['pays'] };
const dictionary: Dictionary = {
  ...emptyDictionary,
  translate: (word) => (Object.hasOwn(few, word) ? (few[word] ?? []) : []),
};

test('a Dutch text becomes its likeliest English words, in their order', () => {
  expect(glossOf('De klant betaalt niet.', dictionary)).toBe('the customer pays not');
});

test('what no dictionary knows stays as it is', () => {
  expect(glossOf('Zandloper 2026 €5', emptyDictionary)).toBe('zandloper 2026 5');
});

test.each(['constructor', 'hasOwnProperty toString valueOf', '__proto__'])('%s is a word like any other', (text) => {
  expect(glossOf(text, emptyDictionary)).toBe(text.toLowerCase().replaceAll('_', ''));
});

test('a text without words has no gloss', () => {
  expect(glossOf('👍 … !', dictionary)).toBe('');
});
