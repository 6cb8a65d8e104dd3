import type { Language } from '../record.ts';
import { functionWords } from './function-words.ts';

/** Beginnings, ends and middles of words that one language alone writes often; they decide where function words do not. */
const spellings = {
  nl: /ij|aa|uu|oe[^uvs]|eeuw|ieuw|sch|gt$|cht|[^aeiou]isch$|lijk|heid|je$|^ge[bdgklmnprstvwz]|en$|dt$/u,
  en: /th|wh|sh|ough|tion|[^aeiou]ing$|ed$|ly$|[^s]s$|ck|ea|ou|ow|y$|qu/u,
};

/** Fewer words than these tell nothing by themselves. */
const fewestFunctionWords = 2;

/** The language of a text by its function words, else by its spelling; `und` where it is short or mixed. */
export function languageOf(text: string): Language {
  const words = text
    .slice(0, 4000)
    .toLowerCase()
    .match(/\p{L}+/gu);
  if (words === null) return 'und';
  const byWords = tally(words, (word, language) => functionWords[language].has(word));
  if (byWords.nl + byWords.en >= fewestFunctionWords) return clearlyMore(byWords);
  const bySpelling = tally(words, (word, language) => word.length > 3 && spellings[language].test(word));
  return clearlyMore({ nl: 3 * byWords.nl + bySpelling.nl, en: 3 * byWords.en + bySpelling.en });
}

interface Tally {
  readonly nl: number;
  readonly en: number;
}

function tally(words: readonly string[], counts: (word: string, language: 'nl' | 'en') => boolean): Tally {
  return {
    nl: words.filter((word) => counts(word, 'nl')).length,
    en: words.filter((word) => counts(word, 'en')).length,
  };
}

function clearlyMore({ nl, en }: Tally): Language {
  if (nl >= 2 && nl > 2 * en) return 'nl';
  return en >= 2 && en > 2 * nl ? 'en' : 'und';
}
