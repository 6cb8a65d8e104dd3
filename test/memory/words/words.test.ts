import { array, assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { contentWordsOf, gramsOf, gramsOfWord, plainOf, wordsOf } from '#holding/memory/words/words.ts';

test.each([
  ['Één café: naïeve FJORDS', ['een', 'cafe', 'naieve', 'fjords']],
  ['dĳk, Ĳssel en ijs', ['dijk', 'ijssel', 'en', 'ijs']],
  ['ﬁets ½ m² Ⅻ', ['fiets', '1', '2', 'm2', 'xii']],
  ['e\u0301e\u0301n', ['een']],
  ['12.500 € op 3-12-2026', ['12', '500', 'op', '3', '12', '2026']],
  ["the shop's e-mail", ['the', 'shop', 's', 'e', 'mail']],
  ['Привет мир 東京', ['привет', 'мир', '東京']],
  ['👍 … — !', []],
  ['', []],
])('the words of %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test('how a sign is composed makes no difference', () => {
  assert(
    property(string({ unit: 'grapheme' }), (text) => {
      expect(wordsOf(text.normalize('NFD'))).toEqual(wordsOf(text.normalize('NFC')));
      expect(plainOf(plainOf(text))).toBe(plainOf(text));
    }),
  );
});

test('function words and single letters are left out, digits are not', () => {
  expect(contentWordsOf('De omzet van Q3 was 5 euro x')).toEqual(['omzet', 'q3', '5', 'euro']);
});

test('a question of function words alone keeps them, for it has nothing else', () => {
  expect(contentWordsOf('Wie is dat?')).toEqual(['wie', 'is', 'dat']);
});

test('a word is its padded runs of four signs, a short one itself', () => {
  expect(gramsOfWord('kaas')).toEqual(['_kaa', 'kaas', 'aas_']);
  expect(gramsOfWord('ei')).toEqual(['_ei_']);
  expect(gramsOfWord('5')).toEqual(['_5_']);
});

test('no gram divides a character', () => {
  expect(gramsOfWord('𝒳𝒴𝒵𝒲')).toEqual(['_𝒳𝒴𝒵', '𝒳𝒴𝒵𝒲', '𝒴𝒵𝒲_']);
});

test('inflected and compound words share grams', () => {
  const shared = new Set(gramsOf('nieuwsbrieven')).intersection(new Set(gramsOf('brief nieuws')));
  expect(shared.size).toBeGreaterThanOrEqual(3);
});

test('a text of names of objects has their words and no more', () => {
  expect(wordsOf('constructor __proto__ hasOwnProperty')).toEqual(['constructor', 'proto', 'hasownproperty']);
});

test('any texts together have the words of each', () => {
  assert(
    property(array(string({ unit: 'binary' })), (texts) => {
      expect(wordsOf(texts.join('\n'))).toEqual(texts.flatMap(wordsOf));
    }),
  );
});
