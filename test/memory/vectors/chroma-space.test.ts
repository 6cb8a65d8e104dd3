import { expect, test } from 'vitest';
import { requireSoundSample } from '#holding/memory/vectors/chroma-space.ts';

const { signal } = new AbortController();

/** What a collection of so many is read at when it is opened. */
async function offsetsIn(records: number): Promise<readonly number[]> {
  const offsets: number[] = [];
  const collection = {
    count: async () => records,
    get: async ({ offset }: { readonly offset: number }) => {
      offsets.push(offset);
      return { embeddings: [[1, 0]] };
    },
  };
  const client = { collection: () => collection };
  await requireSoundSample(() => async (work) => work(client as never), 'c', signal);
  return offsets;
}

test('the sample comes from all of a collection, and not from its newest alone', async () => {
  const parts = (await offsetsIn(1000)).map((offset) => Math.floor(offset / 200));
  expect(parts).toEqual([0, 1, 2, 3, 4]);
});

test('an empty collection is sound', async () => {
  expect(await offsetsIn(0)).toEqual([0, 0, 0, 0, 0]);
});
