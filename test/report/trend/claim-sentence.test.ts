import { assert, nat, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { claimWords, importanceOf, isOf, sentenceOf, spoken } from '#holding/report/trend/claim-sentence.ts';

const report = { unit: 'marketing', period: { from: '2026-02-23', until: '2026-03-01', weeksBefore: 3 } };

type Told = Parameters<typeof sentenceOf>[0];

function told(term: string, { sources = 8, of = 30, ...change }: Partial<Told> & Partial<Told['counts']> = {}): Told {
  return { term, counts: { sources, of, earlier: 0, earlierOf: 30 }, files: 8, weeks: 1, ...change };
}

test('a claim is remembered with its count and its day, and read back whole, whatever its term', () => {
  assert(
    property(string({ minLength: 1, unit: 'grapheme' }), nat(), nat(), (term, sources, of) => {
      const sentence = sentenceOf(told(term, { sources: sources % 1e9, of: of % 1e9 }), report);
      const read = { term, voice: 'document', sources: sources % 1e9, of: of % 1e9, day: '2026-03-01' };
      expect(spoken(sentence)).toEqual(read);
    }),
  );
});

test('what is remembered is English, as it always was', () => {
  expect(sentenceOf(told('tea'), report)).toBe(
    '“tea” is named by 8 of 30 documents, in the week before by 0 of 30. Trend report of marketing, 2026-03-01.',
  );
  expect(sentenceOf(told('tea', { files: 0, weeks: null }), report)).toBe(
    '“tea” is named by 8 of 30 domains, in the 3 weeks before by 0 of 30. Trend report of marketing, 2026-03-01.',
  );
});

test('what is shown is said in both languages, of documents and of the web', () => {
  expect(claimWords(told('thee'), 1)).toEqual({
    en: '“thee” is named by 8 of 30 documents, in the week before by 0 of 30.',
    nl: '“thee” wordt genoemd in 8 van de 30 documenten, in de week ervoor in 0 van de 30.',
  });
  expect(claimWords(told('thee', { files: 0 }), 12).nl).toBe(
    '“thee” wordt genoemd op 8 van de 30 domeinen, in de 12 weken ervoor op 0 van de 30.',
  );
});

test('it is about the same when term and kind of source are, whatever the counts', () => {
  const sentence = sentenceOf(told('tea'), report);
  expect(isOf(sentence, told('tea', { sources: 12, of: 40, files: 12 }))).toBe(true);
  expect(isOf(sentence, told('green tea'))).toBe(false);
  expect(isOf(sentence, told('tea', { files: 0 }))).toBe(false);
});

test('other sentences of the memory are no claims', () => {
  expect(spoken('“tea” is liked by many.')).toBeNull();
  expect(isOf('The shop closes on Mondays', told('The shop closes on Mondays'))).toBe(false);
});

test('the stronger a trend, the more important, within bounds', () => {
  const of = (logOdds: number): number => importanceOf({ change: { logOdds, standardError: 1 } });
  expect([2.3, 3, 5, 40].map(of)).toEqual([3, 4, 6, 9]);
});
