import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShelf, type Shelf, type WordQuery } from '#holding/memory/shelf/shelf.ts';
import { temporaryFolder } from '../../support/health.ts';
import { idOf, put, remembering } from '../../support/journal.ts';

/** What the end of a word is in the index. */
const padding = String.fromCodePoint(0xe000 + '_'.charCodeAt(0));

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let shelf: Shelf;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'memory.sqlite');
  shelf = openShelf(path);
});

afterEach(() => {
  shelf[Symbol.dispose]();
  folder[Symbol.dispose]();
});

function found(text: string, more: Partial<WordQuery> = {}): (string | undefined)[] {
  const matches = shelf.matching({ text, limit: 10, statuses: ['active'], ...more });
  return matches.map(({ id }) => shelf.get(id)?.text);
}

function bytes(): Buffer {
  return Buffer.concat(
    ['', '-wal', '-shm'].flatMap((end) => (existsSync(path + end) ? [readFileSync(path + end)] : [])),
  );
}

test('it finds inflected and compound words, without case or accents, the best first', () => {
  put(shelf, remembering('Bloembollenkwekerij Jansen levert tulpen'), remembering('Een tulp in een vaas op tafel'));
  put(shelf, remembering('The café in Zürich'));
  expect(found('bollen van Jansen')).toEqual(['Bloembollenkwekerij Jansen levert tulpen']);
  expect(found('TULPEN')[0]).toBe('Bloembollenkwekerij Jansen levert tulpen');
  expect(found('cafe zurich')).toEqual(['The café in Zürich']);
  const [best, next] = shelf.matching({ text: 'tulpen van Jansen', limit: 2, statuses: ['active'] });
  expect(best?.score).toBeGreaterThan(next?.score ?? Infinity);
});

test('keywords find a record as its text does', () => {
  put(shelf, remembering('De fiets is stuk', { keywords: { nl: [], en: ['bicycle', 'broken'] } }));
  expect(found('bicycle')).toEqual(['De fiets is stuk']);
});

test('any script and any sign is looked for and does no harm', () => {
  put(
    shelf,
    remembering('語彙猫犬 и кошка'),
    remembering(`"quoted" AND -not* (NEAR) '; DROP TABLE record; -- ^ : {x}`),
  );
  expect(found('猫犬')).toEqual([]);
  expect(found('語彙猫犬')).toEqual(['語彙猫犬 и кошка']);
  expect(found('кошка')).toEqual(['語彙猫犬 и кошка']);
  expect(found('"quoted')[0]).toContain('DROP');
  for (const sign of ['"', '*', '', '   ', '🙂', 'a OR', '{', '^x', '-']) expect(found(sign)).toEqual([]);
});

test('it looks only where it is told to, and hands over no more than asked', () => {
  put(shelf, remembering('tulip one'), remembering('tulip two', { unit: 'holding', kind: 'trend' }));
  put(shelf, remembering('tulip three', { status: 'quarantined' }));
  expect(found('tulip').length).toBe(2);
  expect(found('tulip', { units: ['holding'] })).toEqual(['tulip two']);
  expect(found('tulip', { units: [] })).toEqual([]);
  expect(found('tulip', { kinds: ['fact'] })).toEqual(['tulip one']);
  expect(found('tulip', { statuses: ['quarantined'] })).toEqual(['tulip three']);
  expect(found('tulip', { statuses: ['active', 'quarantined', 'superseded'], limit: 2 }).length).toBe(2);
});

test('rarity follows BM25 and what is on the shelf now', () => {
  const rarity = (n: number, count: number): number => Math.log(1 + (n - count + 0.5) / (count + 0.5));
  put(shelf, remembering('tulip'), remembering('tulips bloom'), remembering('roses'));
  const grams = ['_tul', 'oses', 'nope'];
  expect(shelf.rarityOf(grams)).toEqual([rarity(3, 2), rarity(3, 1), rarity(3, 0)]);
  put(shelf, { op: 'forget', id: idOf('tulip'), at: 2 });
  expect(shelf.rarityOf(grams)).toEqual([rarity(2, 1), rarity(2, 1), rarity(2, 0)]);
});

test('a query of 20,000 characters is answered', () => {
  put(shelf, ...Array.from({ length: 300 }, (_, n) => remembering(`word${n} and thing${n * 7}`)));
  const long = Array.from({ length: 1600 }, (_, n) => `word${n}`).join(' ');
  expect(found(long).length).toBe(10);
});

test('what is forgotten stands in none of the files: not its text, nor a gram that no other record has', () => {
  const secret = 'Vault Zürich-4711 語彙猫犬 opens at noon';
  const others = Array.from({ length: 400 }, (_, n) =>
    remembering(`Ingrid told number ${n} at noon, ${'x'.repeat(n % 60)}`),
  );
  put(
    shelf,
    ...others.slice(0, 200),
    remembering(secret, { keywords: { nl: ['kluisdeur'], en: [] } }),
    ...others.slice(200),
  );
  put(shelf, ...others.map(({ entry: { id } }) => ({ op: 'told', id, at: 2, origin: 'elsewhere' }) as const));
  const traces = ['Vault Z', 'opens at', '4711', '語彙', 'kluisdeur', `犬${padding}`];
  expect(traces.filter((trace) => bytes().includes(trace))).toEqual(traces);
  put(shelf, { op: 'forget', id: idOf(secret), at: 3 });
  expect(traces.filter((trace) => bytes().includes(trace))).toEqual([]);
  expect(found('Ingrid number 7').length).toBe(10);
});

test('of many that are forgotten one by one, between others that change, no text stays', () => {
  const texts = Array.from({ length: 150 }, (_, n) => `mark${n}begin ${'words '.repeat(n * 3)} mark${n}end`);
  for (const [n, text] of texts.entries()) {
    put(shelf, remembering(text), { op: 'told', id: idOf(text), at: n, origin: `o${n}` });
    if (n % 3 === 0) put(shelf, { op: 'forget', id: idOf(texts[n / 3] ?? ''), at: n });
  }
  const gone = texts.slice(0, 50).flatMap((_, n) => [`mark${n}begin`, `mark${n}end`]);
  expect(gone.filter((trace) => bytes().includes(trace))).toEqual([]);
  expect([...shelf.all()].length).toBe(100);
});
