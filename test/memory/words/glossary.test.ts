import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { glossaryPath } from '#holding/memory/words/build-dictionary.ts';

const text = readFileSync(glossaryPath, 'utf8');
const lines = text.slice(0, -1).split('\n');

test('each line is a Dutch word, a tab, and its English ones, the likeliest first', () => {
  expect(text.endsWith('\n')).toBe(true);
  const form = /^[\p{Ll}\d][\p{Ll}\d'’.-]*\t[\p{L}\d][\p{L}\d '’.()/&%+-]*(?:, [\p{L}\d][\p{L}\d '’.()/&%+-]*)*$/u;
  expect(lines.filter((line) => !form.test(line))).toEqual([]);
});

test('no word stands in it twice, and none is translated twice by the same', () => {
  const words = lines.map((line) => line.split('\t')[0]);
  expect(words.filter((word, at) => words.indexOf(word) !== at)).toEqual([]);
  const doubled = lines.filter((line) => {
    const translations = (line.split('\t')[1] ?? '').split(', ');
    return new Set(translations).size < translations.length;
  });
  expect(doubled).toEqual([]);
});

test('it is in order, so that a change of it can be read', () => {
  const words = lines.map((line) => line.split('\t')[0] ?? '');
  expect(words).toEqual(words.toSorted());
});
