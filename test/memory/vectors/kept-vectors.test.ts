import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Embedder } from '#holding/memory/embed/embedder.ts';
import { openKeptVectors, type KeptVectors } from '#holding/memory/vectors/kept-vectors.ts';
import type { Log } from '#lib/log.ts';
import { silentLog } from '#lib/log.ts';
import { temporaryFolder } from '../../support/outsider.ts';

const signal = new AbortController().signal;

/** A model whose vectors tell their text, and that notes what it was asked. */
function model(
  space = 'test-v1',
  dimensions = 4,
): Embedder & { readonly asked: string[]; dimensions: () => Promise<number> } {
  const asked: string[] = [];
  return {
    space,
    asked,
    dimensions: async () => dimensions,
    embed: async (texts) => {
      asked.push(...texts);
      return texts.map((text) =>
        Float32Array.from({ length: dimensions }, (_, at) => (text.charCodeAt(at) || 0) / 128),
      );
    },
  };
}

async function embed(kept: KeptVectors, from: Embedder, ...texts: string[]): Promise<readonly Float32Array[]> {
  return await kept.keeping(from).embed(texts, 'document', signal);
}

function averageOf(vectors: readonly Float32Array[]): number[] {
  return Array.from(vectors[0] ?? [], (_, at) => vectors.reduce((sum, v) => sum + (v[at] ?? 0), 0) / vectors.length);
}

test('a model is asked once for a text, and answers in the order of the texts', async () => {
  using kept = openKeptVectors(null);
  const from = model();
  const [b] = await embed(kept, from, 'b');
  const all = await embed(kept, from, 'a', 'b', 'c', 'a');
  expect(from.asked).toEqual(['b', 'a', 'c', 'a']);
  expect(all.map(([first]) => first)).toEqual(['a', 'b', 'c', 'a'].map((text) => text.charCodeAt(0) / 128));
  expect(all[1]).toEqual(b);
});

test('questions are not kept', async () => {
  using kept = openKeptVectors(null);
  const from = model();
  for (let again = 0; again < 2; again += 1) await kept.keeping(from).embed(['q'], 'query', signal);
  expect(from.asked).toEqual(['q', 'q']);
  expect(kept.vectorOf('test-v1', 'q')).toBeNull();
});

test('what one process kept, another one has, and it is the owner’s alone', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'vectors.sqlite');
  using one = openKeptVectors(path);
  using other = openKeptVectors(path);
  const from = model();
  await embed(one, from, 'a', 'b');
  await embed(other, from, 'b', 'c');
  expect(from.asked).toEqual(['a', 'b', 'c']);
  expect(one.vectorOf('test-v1', 'c')).toEqual(other.vectorOf('test-v1', 'c'));
  expect(one.averageOf('test-v1')).toEqual(other.averageOf('test-v1'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('the average follows what comes, is told twice, and goes', async () => {
  using kept = openKeptVectors(null);
  expect(kept.averageOf('test-v1')).toBeNull();
  const vectors = await embed(kept, model(), 'abcd', 'bcde', 'wxyz');
  await embed(kept, model('other-v1'), 'zzzz');
  const check = (of: readonly Float32Array[]): void => {
    expect(kept.countOf('test-v1')).toBe(of.length);
    for (const [at, value] of averageOf(of).entries()) expect(kept.averageOf('test-v1')?.[at]).toBeCloseTo(value, 6);
  };
  check(vectors);
  kept.forget(['wxyz', 'never told']);
  check(vectors.slice(0, 2));
  kept.forget(['abcd', 'bcde']);
  expect(kept.averageOf('test-v1')).toBeNull();
});

test('two processes that embed the same text at once count it once', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'vectors.sqlite');
  using one = openKeptVectors(path);
  using other = openKeptVectors(path);
  const slow: Embedder = {
    ...model(),
    embed: async (texts, purpose) => {
      await embed(other, model(), ...texts); // Meanwhile.
      return await model().embed(texts, purpose, signal);
    },
  };
  const vectors = await embed(one, slow, 'abcd', 'bcde');
  for (const [at, value] of averageOf(vectors).entries()) expect(one.averageOf('test-v1')?.[at]).toBeCloseTo(value, 6);
});

test('a text without direction is kept, and counts in no average', async () => {
  using kept = openKeptVectors(null);
  const zero: Embedder = { ...model(), embed: async (texts) => texts.map(() => new Float32Array(4)) };
  await embed(kept, zero, '…');
  expect(kept.vectorOf('test-v1', '…')).toEqual(new Float32Array(4));
  expect(kept.averageOf('test-v1')).toBeNull();
  kept.forget(['…']);
  expect(kept.vectorOf('test-v1', '…')).toBeNull();
});

test('another model by the same name is asked anew', async () => {
  using kept = openKeptVectors(null);
  await embed(kept, model('test-v1', 4), 'abcd', 'bcde');
  const longer = model('test-v1', 6);
  const [vector] = await embed(kept, longer, 'abcd');
  expect(vector).toHaveLength(6);
  expect(longer.asked).toEqual(['abcd']);
  expect(kept.averageOf('test-v1')).toEqual(vector);
  kept.forget(['bcde', 'abcd']);
  expect(kept.averageOf('test-v1')).toBeNull();
});

test('a model that answers with too few vectors is told so, and nothing is kept', async () => {
  using kept = openKeptVectors(null);
  const short: Embedder = { ...model(), embed: async () => [new Float32Array([1, 0, 0, 0])] };
  await expect(embed(kept, short, 'a', 'b')).rejects.toMatchObject({ code: 'E_EMBED' });
  expect(kept.vectorOf('test-v1', 'a')).toBeNull();
});

test('what is forgotten is gone from every space and from the file', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'vectors.sqlite');
  using kept = openKeptVectors(path);
  await embed(kept, model(), 'kept', 'gone');
  await embed(kept, model('other-v1'), 'gone');
  const bytes = Buffer.from((kept.vectorOf('test-v1', 'gone') ?? new Float32Array()).buffer);
  kept.forget(['gone']);
  for (const space of ['test-v1', 'other-v1']) expect(kept.vectorOf(space, 'gone')).toBeNull();
  expect(kept.vectorOf('test-v1', 'kept')).not.toBeNull();
  for (const file of [path, `${path}-wal`]) expect(readFileSync(file).includes(bytes)).toBe(false);
});

test('only the spaces that are asked for stay', async () => {
  using kept = openKeptVectors(null);
  for (const space of ['one-v1', 'two-v1']) {
    await embed(kept, model(space), 'abcd');
    kept.describe(space, `{"of":"${space}"}`);
  }
  kept.prune(['two-v1']);
  expect([kept.averageOf('one-v1'), kept.vectorOf('one-v1', 'abcd'), kept.descriptionOf('one-v1')]).toEqual([
    null,
    null,
    null,
  ]);
  expect(kept.descriptionOf('two-v1')).toBe('{"of":"two-v1"}');
  expect(kept.averageOf('two-v1')).not.toBeNull();
});

test('bytes that are no numbers pass for nothing kept', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'vectors.sqlite');
  using kept = openKeptVectors(path);
  const from = model();
  await embed(kept, from, 'abcd', 'bcde');
  using db = new DatabaseSync(path);
  db.prepare("UPDATE vector SET vector = x'0102030405' WHERE text = (SELECT min(text) FROM vector)").run();
  await embed(kept, from, 'abcd', 'bcde');
  expect(from.asked).toHaveLength(3);
  expect(kept.vectorOf('test-v1', 'abcd')).toHaveLength(4);
  expect(kept.vectorOf('test-v1', 'bcde')).toHaveLength(4);
});

function noting(): Log & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return { ...silentLog, warnings, warn: (message) => void warnings.push(message) };
}

test.each([
  ['damaged', (path: string) => writeFileSync(path, 'no database '.repeat(1000))],
  ['a folder', (path: string) => mkdirSync(join(path, 'in it'), { recursive: true })],
  [
    'of another version',
    (path: string) => new DatabaseSync(path).exec('CREATE TABLE vector (x); PRAGMA user_version = 1'),
  ],
  ['of a newer version', (path: string) => new DatabaseSync(path).exec('PRAGMA user_version = 99')],
])('a file that is %s is begun anew, with a word', async (_, spoil) => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'vectors.sqlite');
  spoil(path);
  const log = noting();
  using kept = openKeptVectors(path, log);
  await embed(kept, model(), 'abcd');
  expect(kept.vectorOf('test-v1', 'abcd')).toHaveLength(4);
  expect(log.warnings).toEqual([expect.stringContaining('begun anew')]);
});

test('while another process holds the file, the model answers all the same', { timeout: 20_000 }, async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'vectors.sqlite');
  using kept = openKeptVectors(path);
  using db = new DatabaseSync(path);
  db.exec('BEGIN IMMEDIATE');
  expect(await embed(kept, model(), 'abcd')).toHaveLength(1);
  expect(() => kept.forget(['abcd'])).toThrow(/locked/);
  db.exec('COMMIT');
  expect(kept.vectorOf('test-v1', 'abcd')).toBeNull();
});
