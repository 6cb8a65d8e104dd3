import { expect, test } from 'vitest';
import type { Embedder } from '#holding/memory/embed/embedder.ts';
import { createNearest, type Nearest, type NearestParts } from '#holding/memory/recall/nearest.ts';
import { createPlainIndex } from '#holding/memory/vectors/plain-index.ts';
import { createSetback } from '#holding/memory/vectors/setback.ts';
import type { Point } from '#holding/memory/vectors/vector-index.ts';
import { OmegaError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import { fickle, type FickleIndex } from '../../support/memory.ts';

const signal = new AbortController().signal;
const record = (id: string): { id: string; text: string; keywords: { nl: string[]; en: string[] } } => ({
  id,
  text: id,
  keywords: { nl: [], en: [] },
});

interface World {
  readonly ask: (text?: string) => ReturnType<Nearest>;
  readonly nearest: Nearest;
  readonly index: FickleIndex;
  /** What the follower was asked, and the hands of the clock. */
  readonly followed: unknown[];
  nowMs: number;
}

const vectors: Readonly<Record<string, readonly number[]>> = { a: [1, 0], b: [0.6, 0.8], c: [0, 1], '…': [0, 0] };

function vectorOf(text: string): Float32Array {
  return Float32Array.from(vectors[text] ?? [0.8, 0.6]);
}

const counts: NearestParts['shelf']['counts'] = () => [
  { unit: 'marketing', kind: 'fact', status: 'active', records: 2 },
];

/** Over an index that holds a and b of the model that is set. */
async function world(change: Partial<NearestParts> = {}): Promise<World> {
  const index = fickle(createPlainIndex());
  const embedder: Embedder = {
    space: 'test-v1',
    dimensions: async () => 2,
    embed: async (texts) => texts.map(vectorOf),
  };
  const space = await index.open({ name: 'test-v1', dimensions: 2 }, signal);
  const points: Point[] = ['a', 'b'].map((id) => ({ id, vector: vectorOf(id), kind: 'fact', unit: 'marketing' }));
  await space.put(points, signal);
  const current = { name: 'test-v1', generation: space.generation, isCurrent: true, dimensions: 2 };
  const followed: unknown[] = [];
  const self = { index, followed, nowMs: 0 };
  const nearest = createNearest({
    shelf: { spaces: () => [current], counts },
    index,
    embedder,
    embedderOf: () => null,
    log: silentLog,
    asking: createSetback({ monotonic: () => self.nowMs }),
    kept: { vectorOf: () => null, averageOf: () => null, countOf: () => 0 },
    follower: {
      follow: async (options) => {
        followed.push(options);
        return { space: 'test-v1', next: null, pending: 0, fault: null };
      },
    },
    ...change,
  });
  return Object.assign(self, { nearest, ask: (text = 'a') => nearest(text, { limit: 10 }, signal) });
}

test('the nearest are found with their cosines, best first', async () => {
  const { ask } = await world();
  const { neighbours } = await ask('a');
  expect(neighbours.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(neighbours[1]?.similarity).toBeCloseTo(0.6);
});

test('the cosine of a record that is not among the nearest comes from its kept vector', async () => {
  const { ask } = await world({
    kept: {
      vectorOf: (_, text) => (text === 'c' ? vectorOf('b') : null),
      averageOf: () => vectorOf('c'),
      countOf: () => 2,
    },
  });
  const { similarityOf, average } = await ask('a');
  expect(similarityOf(record('a'))).toBe(1);
  expect(similarityOf(record('c'))).toBeCloseTo(0.6);
  expect(similarityOf(record('d'))).toBeNull();
  expect(average).toBe(0);
});

test.each([
  ['of another length', Float32Array.from([1, 0, 0])],
  ['no numbers', Float32Array.from([Number.NaN, 1])],
])('a kept vector that is %s says nothing', async (_, vector) => {
  const { ask } = await world({ kept: { vectorOf: () => vector, averageOf: () => vector, countOf: () => 2 } });
  const { similarityOf, average } = await ask('a');
  expect(similarityOf(record('c'))).toBeNull();
  expect(average).toBeCloseTo(0.8); // Of all that were found.
});

test('a text in which the model knows nothing is near to nothing', async () => {
  const { ask, index } = await world();
  index.fault = 'away';
  expect(await ask('…')).toMatchObject({ neighbours: [], average: 0 });
});

test('an index that is away is not asked again at once, and answers when it is back', async () => {
  const held = await world();
  held.index.fault = 'away';
  await expect(held.ask()).rejects.toMatchObject({ code: 'E_INDEX_AWAY' });
  held.index.fault = null;
  await expect(held.ask()).rejects.toMatchObject({ code: 'E_INDEX_AWAY' });
  held.nowMs += 10_000;
  expect((await held.ask()).neighbours).toHaveLength(2);
});

test('an index that was begun anew does not pass for one without answers', async () => {
  const held = await world();
  await held.index.drop('test-v1', signal);
  await expect(held.ask()).rejects.toMatchObject({ code: 'E_INDEX_ANEW' });
  expect(held.followed).toEqual([{ isThorough: true }]);
});

test('a broken one is handed to whoever fills it', async () => {
  const held = await world();
  held.index.fault = 'broken';
  await expect(held.ask()).rejects.toMatchObject({ code: 'E_INDEX_BROKEN' });
  expect(held.followed).toEqual([{ isThorough: true }]);
});

test('an opening that broke is opened once more before it counts', async () => {
  const index = createPlainIndex();
  let broken = false;
  const { ask } = await world();
  expect((await ask()).neighbours).toHaveLength(2);
  const space = await index.open({ name: 'test-v1', dimensions: 2 }, signal);
  const flaky = {
    ...index,
    open: async () => ({
      ...space,
      nearest: async (...query: Parameters<typeof space.nearest>) => {
        if (broken) {
          broken = false;
          throw new OmegaError('The line was cut', { code: 'E_INDEX_AWAY' });
        }
        return await space.nearest(...query);
      },
    }),
  };
  const current = { name: 'test-v1', generation: space.generation, isCurrent: true, dimensions: 2 };
  const again = await world({ index: flaky, shelf: { spaces: () => [current], counts } });
  await again.ask();
  broken = true;
  expect((await again.ask()).neighbours).toEqual([]);
  expect(broken).toBe(false);
});

test('one that hangs is waited for four seconds', { timeout: 20_000 }, async () => {
  const held = await world();
  held.index.fault = 'hanging';
  const started = performance.now();
  await expect(held.ask()).rejects.toThrow('did not answer within 4 s');
  expect(performance.now() - started).toBeLessThan(6000);
});

test('whoever stops waiting is let go, and that is no fault of the index', async () => {
  const held = await world();
  held.index.fault = 'hanging';
  const stop = new AbortController();
  const asking = held.nearest('a', { limit: 1 }, stop.signal);
  stop.abort(new Error('enough'));
  await expect(asking).rejects.toThrow('enough');
  held.index.fault = null;
  expect((await held.ask()).neighbours).toHaveLength(2);
});

test.each([
  ['there is no index', { index: null }, 'There is no index of vectors here'],
  ['nothing was filled yet', { shelf: { spaces: () => [], counts } }, 'not filled yet'],
  [
    'the model that filled it cannot be asked',
    { shelf: { spaces: () => [{ name: 'old-v1', generation: 'g', isCurrent: true, dimensions: 2 }], counts } },
    'old-v1 cannot be asked any more',
  ],
] satisfies [string, Partial<NearestParts>, string][])('where %s, it says so', async (_, change, words) => {
  const { ask } = await world(change);
  await expect(ask()).rejects.toMatchObject({ code: 'E_INDEX_AWAY', message: expect.stringContaining(words) });
});

test('while another model takes over, the one that filled it is asked', async () => {
  const asked: string[] = [];
  const held = await world({
    embedder: { space: 'new-v1', dimensions: async () => 3, embed: () => Promise.reject(new Error('not this one')) },
    embedderOf: (space) => ({
      space,
      dimensions: async () => 2,
      embed: async (texts) => {
        asked.push(space);
        return texts.map(vectorOf);
      },
    }),
  });
  expect((await held.ask()).neighbours).toHaveLength(2);
  expect(asked).toEqual(['test-v1']);
});

test('a cosine that is no number is passed over', async () => {
  const plain = createPlainIndex();
  const space = await plain.open({ name: 'test-v1', dimensions: 2 }, signal);
  const nan = {
    ...space,
    nearest: async () => [
      { id: 'a', similarity: Number.NaN },
      { id: 'b', similarity: 0.5 },
    ],
  };
  const current = { name: 'test-v1', generation: space.generation, isCurrent: true, dimensions: 2 };
  const { ask } = await world({
    index: { ...plain, open: async () => nan },
    shelf: { spaces: () => [current], counts },
  });
  expect((await ask()).neighbours).toEqual([{ id: 'b', similarity: 0.5 }]);
});
