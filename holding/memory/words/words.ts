import { isFunctionWord } from './function-words.ts';

const gramLength = 4;

/** More letters than this are no word of Dutch or English, so there is no looking it up and no taking it apart. */
export const longestWord = 40;

/** The words of a text as they are compared, in their order. */
export function wordsOf(text: string): string[] {
  return plainOf(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** A text as words are compared: in lower case and without diacritics. */
export function plainOf(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** The words that carry its meaning; all of them where none does. */
export function contentWordsOf(text: string): string[] {
  const words = wordsOf(text);
  const content = words.filter((word) => !isFunctionWord(word) && (word.length > 1 || /\p{N}/u.test(word)));
  return content.length === 0 ? words : content;
}

/**
 * A text as the padded 4-grams of its content words. They find inflected and compound words that whole words miss,
 * which in Dutch are most.
 */
export function gramsOf(text: string): string[] {
  return contentWordsOf(text).flatMap(gramsOfWord);
}

/** A word as its padded 4-grams; a shorter one is a gram itself. */
export function gramsOfWord(word: string): string[] {
  const letters = Array.from(`_${word}_`);
  if (letters.length <= gramLength) return [letters.join('')];
  return letters.slice(gramLength - 1).map((_, start) => letters.slice(start, start + gramLength).join(''));
}
