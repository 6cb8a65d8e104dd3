import { existsSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { stemmer as englishStem } from '@orama/stemmers/english';
import { z } from 'zod';
import { OmegaError } from '#lib/errors.ts';
import { longestWord } from './words.ts';
import { dutchKeys, splitCompound } from './dutch.ts';

/** Words of one language in the other: Dutch and English. */
export interface Dictionary extends Disposable {
  /** What it was made of; another version translates otherwise. */
  readonly version: string;
  /**
   * A word, in lower case and without diacritics, in the other language, the likeliest first; empty: not known. Forms
   * of verbs and nouns and Dutch compounds are found by their parts.
   */
  readonly translate: (word: string, from: 'nl' | 'en') => readonly string[];
}

/** So many translations are remembered; a text repeats itself. */
const mostRemembered = 5000;

/** A dictionary without a word: everything stays as it is. */
export const emptyDictionary: Dictionary = { version: 'none', translate: () => [], [Symbol.dispose]: () => {} };

/**
 * The SQLite file of {@link buildDictionary}, read only; the empty one where there is none.
 * @throws OmegaError `E_DICTIONARY` where it is damaged.
 */
export function openDictionary(path: string): Dictionary {
  if (!existsSync(path)) return emptyDictionary;
  const { db, byWord, byKey, version } = openTables(path);
  const remembered = new Map<string, readonly string[]>();

  const lookUp = (word: string, from: 'nl' | 'en'): readonly string[] => {
    const exact = listOf(byWord.all(from, word));
    if (exact.length > 0) return exact;
    const keys = from === 'nl' ? dutchKeys(word) : [englishStem(word)];
    for (const key of keys) {
      const found = listOf(byKey.all(from, key));
      if (found.length > 0) return found;
    }
    return [];
  };
  const translate = (word: string, from: 'nl' | 'en'): readonly string[] => {
    if (word.length > longestWord) return [];
    const found = lookUp(word, from);
    if (found.length > 0 || from === 'en' || /\d/u.test(word)) return found;
    const parts = splitCompound(word, (part) => lookUp(part, 'nl').length > 0);
    return parts?.flatMap((part) => lookUp(part, 'nl').slice(0, 2)) ?? [];
  };
  return {
    version,
    translate: (word, from) => {
      const key = `${from} ${word}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const found = translate(word, from);
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(key, found);
      return found;
    },
    [Symbol.dispose]: () => {
      if (db.isOpen) db.close();
    },
  };
}

interface Tables {
  readonly db: DatabaseSync;
  readonly byWord: StatementSync;
  readonly byKey: StatementSync;
  readonly version: string;
}

function openTables(path: string): Tables {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    return {
      db,
      byWord: db.prepare('SELECT translations FROM entry WHERE lang = ? AND word = ?'),
      byKey: db.prepare('SELECT translations FROM entry WHERE lang = ? AND key = ? ORDER BY rank LIMIT 4'),
      version: z.string().parse(db.prepare("SELECT value FROM about WHERE name = 'version'").get()?.['value']),
    };
  } catch (error) {
    db?.close();
    const hint = `Remove it (rm '${path}') and start again: it is made anew.`;
    throw new OmegaError(`The dictionary ${path} cannot be read`, { code: 'E_DICTIONARY', hint, cause: error });
  }
}

function listOf(rows: readonly Record<string, unknown>[]): readonly string[] {
  return [...new Set(rows.flatMap(({ translations }) => String(translations).split('\n')))];
}
