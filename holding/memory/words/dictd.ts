import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { plainOf } from './words.ts';

/** Digits of the numbers in an index, in their order (RFC 4648, without padding; most significant first). */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** A translation that is longer explains rather than translates. */
const longestTranslation = 40;

/**
 * Reads a bilingual dictionary as dictd keeps it (dictfmt(1)): `.index` has a headword, an offset and a length a line;
 * `.dict.dz` is gzip. An entry is its headword with its sound, then lines of translations, numbered by sense.
 * @returns each headword with its translations, in lower case and without diacritics
 */
export function readDictd(path: string): [string, string[]][] {
  const text = gunzipSync(readFileSync(`${path}.dict.dz`));
  const index = readFileSync(`${path}.index`, 'utf8').split('\n').filter(Boolean);
  return index.flatMap((line): [string, string[]][] => {
    const [headword = '', offset = '', length = ''] = line.split('\t');
    if (headword.startsWith('00')) return []; // About the dictionary itself: 00-database-…, 00database….
    const from = numberOf(offset);
    return [[plainOf(headword).trim(), translationsOf(text.toString('utf8', from, from + numberOf(length)))]];
  });
}

function numberOf(text: string): number {
  return Array.from(text).reduce((sum, digit) => sum * 64 + digits.indexOf(digit), 0);
}

function translationsOf(entry: string): string[] {
  const lines = entry.split('\n').slice(1);
  const bare = lines.map((line) => line.replace(/^\s*\d+\.\s*/u, '').replaceAll(/\([^)]*\)|\[[^\]]*\]|<[^>]*>/gu, ''));
  const all = bare.flatMap((line) => line.split(/[,;]/u)).map((one) => plainOf(one).trim());
  return all.filter((one) => /^\p{L}/u.test(one) && one.length < longestTranslation);
}
