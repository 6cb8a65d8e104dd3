import { expect, test } from 'vitest';
import { languageOf } from '#holding/memory/words/language.ts';
import documents from '../evaluation/development.documents.json' with { type: 'json' };
import queries from '../evaluation/development.queries.json' with { type: 'json' };

interface Labelled {
  readonly lang: string;
  readonly text: string;
}

const segmenter = new Intl.Segmenter('nl', { granularity: 'sentence' });

function sentencesOf({ lang, text }: Labelled): Labelled[] {
  return [...segmenter.segment(text)].map(({ segment }) => ({ lang, text: segment.trim() }));
}

/** The share that is named as it is labelled, and how many are named as the other language. */
function measure(texts: readonly Labelled[]): { right: number; wrong: number } {
  const right = texts.filter(({ lang, text }) => languageOf(text) === lang).length;
  const wrong = texts.filter(({ lang, text }) => ![lang, 'und'].includes(languageOf(text))).length;
  return { right: right / texts.length, wrong };
}

test('of notes of a small holding at least 98 % are told, and none wrongly', () => {
  const { right, wrong } = measure(documents);
  expect(right).toBeGreaterThanOrEqual(0.98);
  expect(wrong).toBe(0);
});

test('of sentences of 40 characters and more at least 98 % are told, and none wrongly', () => {
  const sentences = documents.flatMap(sentencesOf).filter(({ text }) => text.length >= 40);
  expect(sentences.length).toBeGreaterThan(300);
  const { right, wrong } = measure(sentences);
  expect(right).toBeGreaterThanOrEqual(0.98);
  expect(wrong).toBe(0);
});

test('of questions at least 95 % are told, and none wrongly', () => {
  const { right, wrong } = measure(queries);
  expect(right).toBeGreaterThanOrEqual(0.95);
  expect(wrong).toBe(0);
});

test.each(['', '…', 'ok', 'SEO', '12:00', '👍', 'Omega', 'in is we over'])('%j is too little to tell', (text) => {
  expect(languageOf(text)).toBe('und');
});

test('half a text in each language is neither', () => {
  expect(
    languageOf('De winkel is op maandag dicht omdat er niemand is. The shop is closed because nobody is there.'),
  ).toBe('und');
});

test('a quote or a name of the other language changes nothing', () => {
  expect(languageOf('De klant schreef “best bread in town” en dat hebben we op de site gezet.')).toBe('nl');
  expect(languageOf('De Groene Hoek and Van Loon are the clients that have their own newsletter.')).toBe('en');
});
