import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '#lib/paths.ts';

/** A text of a record, and the language that it looks like. */
export interface MadeUpText {
  readonly lang: 'nl' | 'en';
  readonly text: string;
}

const Documents = z.array(z.object({ lang: z.enum(['nl', 'en']), text: z.string() }));

/**
 * Makes texts of so many words, Dutch and English in turn, of the words of the development documents drawn at random:
 * they mean nothing, no two are alike, and a text is nowhere by chance.
 */
export function madeUpTexts(): (words: number) => MadeUpText {
  const words = { nl: wordsOf('nl'), en: wordsOf('en') };
  let made = 0;
  return (count) => {
    const lang = made % 2 === 0 ? 'nl' : 'en';
    made += 1;
    const word = (): string => words[lang][Math.floor(Math.random() * words[lang].length)] ?? '';
    return { lang, text: Array.from({ length: count }, word).join(' ') };
  };
}

/** Each word once, of letters alone. */
function wordsOf(lang: 'nl' | 'en'): string[] {
  const file = join(root, 'test', 'memory', 'evaluation', 'development.documents.json');
  const documents = Documents.parse(JSON.parse(readFileSync(file, 'utf8')));
  const texts = documents.filter((document) => document.lang === lang).map(({ text }) => text.toLowerCase());
  return [...new Set(texts.join(' ').match(/(?<![\p{L}\p{N}])\p{L}{3,}(?![\p{L}\p{N}])/gu))];
}
