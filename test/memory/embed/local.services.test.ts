import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLocalEmbedder } from '#holding/memory/embed/local.ts';
import type { ModelProcess } from '#holding/memory/embed/model-process.ts';
import { buildDictionary } from '#holding/memory/words/build-dictionary.ts';
import { emptyDictionary, openDictionary } from '#holding/memory/words/dictionary.ts';
import { temporaryFolder } from '../../support/outsider.ts';

const signal = new AbortController().signal;
const folder = temporaryFolder();
const path = join(folder.path, 'dictionary.sqlite');
buildDictionary(path, { dutchEnglish: null, englishDutch: null });
const dictionary = openDictionary(path);
const embedder = createLocalEmbedder({ dictionary });

afterAll(async () => {
  await embedder[Symbol.asyncDispose]();
  dictionary[Symbol.dispose]();
  folder[Symbol.dispose]();
});

async function embed(...texts: string[]): Promise<readonly Float32Array[]> {
  return await embedder.embed(texts, 'document', signal);
}

function cosine(one: Float32Array | undefined, other: Float32Array | undefined): number {
  return (one ?? new Float32Array()).reduce((sum, value, at) => sum + value * (other?.[at] ?? 0), 0);
}

test('vectors have the length that it tells, and length 1', async () => {
  const vectors = await embed(
    'The customer paid the invoice.',
    'De klant betaalde de factuur.',
    'one two three',
    '42',
    'x',
  );
  const length = await embedder.dimensions(signal);
  for (const vector of vectors) {
    expect(vector).toHaveLength(length);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 3);
  }
});

test('what says the same is nearer than what does not, in the other language too', async () => {
  const [asked, english, dutch, other] = await embed(
    'the customer paid the invoice late',
    'the client was late in paying the bill',
    'de klant heeft de factuur te laat betaald',
    'de tulpen bloeien in de tuin van de buren',
  );
  expect(cosine(asked, english)).toBeGreaterThan(cosine(asked, other) + 0.2);
  expect(cosine(asked, dutch)).toBeGreaterThan(cosine(asked, other) + 0.2);
});

test('a text has the same vector among others as alone', async () => {
  const texts = Array.from({ length: 9 }, (_, at) => `note ${at} ${'about the shop '.repeat(at)}`);
  const together = await embed(...texts);
  for (const at of [0, 4, 8]) {
    const [alone] = await embed(texts[at] ?? '');
    expect(cosine(alone, together[at])).toBeCloseTo(1, 4);
  }
});

test.each(['', '   ', '👍👍', '…!?', '東京は晴れ', 'Привет мир', '\u0000\u0001'])(
  'of %j nothing is known',
  async (text) => {
    const [vector] = await embed(text);
    expect(vector?.every((value) => value === 0)).toBe(true);
  },
);

test('no text keeps it from answering', { timeout: 60_000 }, async () => {
  const strange = [
    'a'.repeat(20_000),
    'de kaas '.repeat(2500),
    `de ${'kaas'.repeat(4000)} van het winkeltje is niet op`,
    `${'a '.repeat(399)}👍${'b '.repeat(100)}`,
    '\ud83d half a character',
    'constructor __proto__ de het een van',
    '\n'.repeat(1000),
    '<|endoftext|> \u202e right to left',
    '0'.repeat(5000),
  ];
  for (const text of strange) {
    const [vector] = await embed(text);
    expect(vector?.every(Number.isFinite)).toBe(true);
  }
});

test('a long text costs no more than a short one of what the model reads', async () => {
  const handed: string[] = [];
  const model: ModelProcess = {
    embed: async (texts) => {
      handed.push(...texts);
      return texts.map(() => new Float32Array(512));
    },
    [Symbol.asyncDispose]: async () => {},
  };
  await using local = createLocalEmbedder({ dictionary, model });
  const started = performance.now();
  await local.embed([`De klant ${'👍 betaalt de factuur niet op tijd '.repeat(600)}`], 'document', signal);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(handed[0]?.length).toBeLessThanOrEqual(800);
  expect(handed[0]?.isWellFormed()).toBe(true);
});

test('no texts have no vectors', async () => {
  expect(await embed()).toEqual([]);
});

test('another dictionary is another space', async () => {
  await using other = createLocalEmbedder({ dictionary: emptyDictionary });
  expect(other.space).toBe('local-use512-none-v1');
  expect(embedder.space).toMatch(/^local-use512-[0-9a-f]{8}-v1$/);
});
