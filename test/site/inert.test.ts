import { expect, test } from 'vitest';
import { inert } from '#site/inert.ts';

test.each([
  ['an escape of a terminal', 'a\u001B[31mb', 'a [31mb'],
  ['a line break', 'a\r\nb', 'a b'],
  ['a turn of the direction of text', 'a\u202Egnp.exe', 'a gnp.exe'],
  ['a character that cannot be seen', 'a\u200Bb', 'a b'],
  ['half a surrogate pair', 'a\uD800', 'a\uFFFD'],
])('%s is made plain', (_, text, plain) => {
  expect(inert({ rows: [{ text }] })).toEqual({ rows: [{ text: plain }] });
});

test('ordinary words, numbers and nothing are left as they are', () => {
  const view = { text: 'Tête-à-tête 日本 <b>', count: 3, none: null, list: [true] };
  expect(inert(view)).toEqual(view);
});
