import { assert, nat, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { importanceOf, isOf, sentenceOf, spoken } from '#holding/report/trend/claim-sentence.ts';

const report = { unit: 'marketing', period: { from: '2026-02-23', until: '2026-03-01', weeksBefore: 1 } };

function textOf(term: string, { sources = 8, of = 30, voice = 'document' } = {}): string {
  return `“${term}” is named by ${sources} of ${of} ${voice}s, in the week before by 0 of 30.`;
}

test('a claim is remembered with its count and its day, and read back whole, whatever its term', () => {
  assert(
    property(string({ minLength: 1, unit: 'grapheme' }), nat(), nat(), (term, sources, of) => {
      const sentence = sentenceOf({ text: textOf(term, { sources: sources % 1e9, of: of % 1e9 }) }, report);
      const read = { term, voice: 'document', sources: sources % 1e9, of: of % 1e9, day: '2026-03-01' };
      expect(spoken(sentence)).toEqual(read);
    }),
  );
});

test('it is about the same when term and kind of source are, whatever the counts', () => {
  const sentence = sentenceOf({ text: textOf('tea') }, report);
  expect(isOf(sentence, { text: textOf('tea', { sources: 12, of: 40 }) })).toBe(true);
  expect(isOf(sentence, { text: textOf('green tea') })).toBe(false);
  expect(isOf(sentence, { text: textOf('tea', { voice: 'domain' }) })).toBe(false);
});

test('other sentences of the memory are no claims', () => {
  expect(spoken('“tea” is liked by many.')).toBeNull();
  expect(isOf('The shop closes on Mondays', { text: 'The shop closes on Mondays' })).toBe(false);
});

test('the stronger a trend, the more important, within bounds', () => {
  const of = (logOdds: number): number => importanceOf({ change: { logOdds, standardError: 1 } });
  expect([2.3, 3, 5, 40].map(of)).toEqual([3, 4, 6, 9]);
});
