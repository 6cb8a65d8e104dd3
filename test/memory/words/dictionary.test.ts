import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { buildDictionary, dictionaryVersion } from '#holding/memory/words/build-dictionary.ts';
import { readDictd } from '#holding/memory/words/dictd.ts';
import { openDictionary, type Dictionary } from '#holding/memory/words/dictionary.ts';
import { temporaryFolder } from '../../support/outsider.ts';

const none = { dutchEnglish: null, englishDutch: null };
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function folder(): string {
  const made = temporaryFolder();
  onTestFinished(() => made[Symbol.dispose]());
  return made.path;
}

function base64(value: number): string {
  return value < 64 ? (digits[value] ?? '') : base64(Math.floor(value / 64)) + (digits[value % 64] ?? '');
}

/** As dictfmt writes a dictionary. */
function writeDictd(path: string, entries: readonly (readonly [string, string])[]): string {
  let offset = 0;
  const index = entries.map(([word, text]) => {
    const length = Buffer.byteLength(text);
    const line = `${word}\t${base64(offset)}\t${base64(length)}`;
    offset += length;
    return line;
  });
  writeFileSync(`${path}.index`, `${index.join('\n')}\n`);
  writeFileSync(`${path}.dict.dz`, gzipSync(entries.map(([, text]) => text).join('')));
  return path;
}

function built(sources: Parameters<typeof buildDictionary>[1] = none): Dictionary {
  const path = join(folder(), 'dictionary.sqlite');
  buildDictionary(path, sources);
  const dictionary = openDictionary(path);
  onTestFinished(() => dictionary[Symbol.dispose]());
  return dictionary;
}

const filling = 'x'.repeat(5000);
const entries = [
  ['00-database-short', 'About itself\nnothing\n'],
  ['zandloper', `zandloper /zˈɑndlopər/ <n, masc>\n1. hourglass, sand-glass (of glass); [old] egg timer\n`],
  ['vulling', `vulling\n${filling}\n`],
  ['éclair', 'éclair /e/\n 2. éclair,  long john\n(only a note)\n'],
] as const;

test('what dictd keeps is read: headwords, and translations without sounds, notes and numbers', () => {
  const read = readDictd(writeDictd(join(folder(), 'nld-eng'), entries));
  expect(read).toEqual([
    ['zandloper', ['hourglass', 'sand-glass', 'egg timer']],
    ['vulling', []],
    ['eclair', ['eclair', 'long john']],
  ]);
});

test('a damaged dictionary says so', () => {
  const path = writeDictd(join(folder(), 'nld-eng'), entries);
  writeFileSync(`${path}.dict.dz`, 'no gzip');
  expect(() => readDictd(path)).toThrow(/header/);
});

test('Omega’s own words are known both ways without any other dictionary', () => {
  using dictionary = built();
  expect(dictionary.translate('aandeelhouder', 'nl')).toContain('shareholder');
  expect(dictionary.translate('shareholder', 'en')).toContain('aandeelhouder');
});

test('a larger dictionary is added behind them, turned around too', () => {
  using dictionary = built({ ...none, dutchEnglish: writeDictd(join(folder(), 'nld-eng'), entries) });
  expect(dictionary.translate('zandloper', 'nl')).toEqual(['hourglass', 'sand-glass', 'egg timer']);
  expect(dictionary.translate('hourglass', 'en')).toEqual(['zandloper']);
});

test('forms and compounds are found by what they are made of', () => {
  using dictionary = built();
  expect(dictionary.translate('aandeelhouders', 'nl')).toContain('shareholder');
  expect(dictionary.translate('aandeelhoudersaanbieding', 'nl')).toEqual(
    expect.arrayContaining(['shareholder', 'offer']),
  );
  expect(dictionary.translate('shareholders', 'en')).toContain('aandeelhouder');
});

test.each(['', ' ', 'constructor', '__proto__', 'qqqqq', '2026', 'x1', '%', "'; DROP TABLE entry"])(
  '%j is not known, and that is no fault',
  (word) => {
    using dictionary = built();
    for (const from of ['nl', 'en'] as const)
      expect(dictionary.translate(word, from).filter((one) => typeof one !== 'string')).toEqual([]);
  },
);

test('a word of 20,000 letters is none, and costs nothing', () => {
  using dictionary = built();
  const started = performance.now();
  expect(dictionary.translate('kaas'.repeat(5000), 'nl')).toEqual([]);
  expect(performance.now() - started).toBeLessThan(100);
});

test('what is remembered has a bound, and answers the same beyond it', () => {
  using dictionary = built();
  const first = dictionary.translate('aanbieding', 'nl');
  for (let at = 0; at < 12_000; at += 1) dictionary.translate(`w${at}`, 'en');
  expect(dictionary.translate('aanbieding', 'nl')).toEqual(first);
});

test('the version is that of its sources', () => {
  const path = writeDictd(join(folder(), 'nld-eng'), entries);
  const sources = { ...none, dutchEnglish: path };
  using dictionary = built(sources);
  expect(dictionary.version).toBe(dictionaryVersion(sources));
  expect(dictionaryVersion(none)).not.toBe(dictionaryVersion(sources));
  writeDictd(path, entries.slice(1));
  expect(dictionaryVersion(sources)).not.toBe(dictionary.version);
});

test('where there is none, nothing is translated', () => {
  using dictionary = openDictionary(join(folder(), 'dictionary.sqlite'));
  expect([dictionary.version, dictionary.translate('fiets', 'nl')]).toEqual(['none', []]);
});

test.each([
  ['no database', (path: string) => writeFileSync(path, 'no database '.repeat(500))],
  ['empty', (path: string) => writeFileSync(path, '')],
  ['a folder', (path: string) => mkdirSync(path)],
  ['without a version', (path: string) => makeTables(path)],
])('one that is %s is one error that names it', (_, spoil) => {
  const path = join(folder(), 'dictionary.sqlite');
  spoil(path);
  expect(() => openDictionary(path)).toThrow(
    expect.objectContaining({ code: 'E_DICTIONARY', message: expect.stringContaining(path) }),
  );
});

function makeTables(path: string): void {
  using db = new DatabaseSync(path);
  db.exec(`CREATE TABLE about (name TEXT, value TEXT);
    CREATE TABLE entry (lang TEXT, word TEXT, key TEXT, rank INTEGER, translations TEXT)`);
}

test('whoever has it open goes on with it while it is made anew, and nothing else is left', () => {
  const place = folder();
  const path = join(place, 'dictionary.sqlite');
  buildDictionary(path, none);
  using before = openDictionary(path);
  buildDictionary(path, { ...none, dutchEnglish: writeDictd(join(folder(), 'nld-eng'), entries) });
  expect(before.translate('zandloper', 'nl')).toEqual([]);
  using after = openDictionary(path);
  expect(after.translate('zandloper', 'nl')).toContain('hourglass');
  expect(readdirSync(place)).toEqual(['dictionary.sqlite']);
});
