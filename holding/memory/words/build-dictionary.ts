import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { stemmer as englishStem } from '@orama/stemmers/english';
import { transact } from '#lib/sqlite.ts';
import { plainOf } from './words.ts';
import { readDictd } from './dictd.ts';
import { dutchKey } from './dutch.ts';

/** Changes when the same sources give another dictionary. */
const format = 1;

/** Omega's own words: those of today's work that older dictionaries lack. */
export const glossaryPath = join(import.meta.dirname, 'glossary.tsv');

/** Dictionaries in dictd's form, without the endings `.index` and `.dict.dz`; null: there are none on this machine. */
export interface DictionarySources {
  readonly dutchEnglish: string | null;
  readonly englishDutch: string | null;
}

type Entries = Map<string, string[]>;

/** Says what a dictionary of these sources would be called, without making it. */
export function dictionaryVersion(sources: DictionarySources): string {
  const hash = createHash('sha256').update(`${format}`).update(readFileSync(glossaryPath));
  for (const path of [sources.dutchEnglish, sources.englishDutch])
    hash.update(path === null ? '-' : readFileSync(`${path}.index`));
  return hash.digest('hex').slice(0, 8);
}

/** Makes the file that {@link openDictionary} opens, as its last act where it is to lie; some 40,000 entries, 1 s. */
export function buildDictionary(path: string, sources: DictionarySources): { readonly entries: number } {
  const [dutch, english] = [new Map(), new Map()] satisfies [Entries, Entries];
  const glossary = readGlossary();
  const dutchEnglish = sources.dutchEnglish === null ? [] : readDictd(sources.dutchEnglish);
  const englishDutch = sources.englishDutch === null ? [] : readDictd(sources.englishDutch);
  addAll(dutch, [...glossary, ...dutchEnglish, ...turned(englishDutch)]);
  addAll(english, [...turned(glossary), ...englishDutch, ...turned(dutchEnglish)]);
  const scratch = `${path}.${process.pid}.tmp`;
  rmSync(scratch, { force: true });
  writeEntries(scratch, { nl: dutch, en: english }, dictionaryVersion(sources));
  renameSync(scratch, path);
  return { entries: dutch.size + english.size };
}

function readGlossary(): [string, string[]][] {
  const lines = readFileSync(glossaryPath, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [word = '', translations = ''] = line.split('\t');
    return [plainOf(word).trim(), translations.split(',').map((one) => plainOf(one).trim())];
  });
}

function turned(entries: readonly (readonly [string, readonly string[]])[]): [string, string[]][] {
  return entries.flatMap(([word, translations]) => translations.map((one): [string, string[]] => [one, [word]]));
}

function addAll(into: Entries, entries: readonly (readonly [string, readonly string[]])[]): void {
  for (const [word, translations] of entries) {
    const known = into.get(word) ?? [];
    into.set(word, known);
    for (const one of translations) if (one !== '' && !known.includes(one)) known.push(one);
  }
}

function writeEntries(path: string, { nl, en }: { nl: Entries; en: Entries }, version: string): void {
  using db = new DatabaseSync(path);
  db.exec(`CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE entry (lang TEXT NOT NULL, word TEXT NOT NULL, key TEXT NOT NULL, rank INTEGER NOT NULL,
      translations TEXT NOT NULL, PRIMARY KEY (lang, word)) STRICT, WITHOUT ROWID;
    CREATE INDEX entry_key ON entry (lang, key, rank)`);
  const insert = db.prepare('INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?)');
  transact(db, () => {
    for (const [lang, entries, keyOf] of [['nl', nl, dutchKey] as const, ['en', en, englishStem] as const]) {
      let rank = 0;
      for (const [word, translations] of entries) {
        if (word === '' || word.includes(' ') || translations.length === 0) continue;
        insert.run(lang, word, keyOf(word), (rank += 1), translations.join('\n'));
      }
    }
    db.prepare('INSERT INTO about VALUES (?, ?)').run('version', version);
  });
}
