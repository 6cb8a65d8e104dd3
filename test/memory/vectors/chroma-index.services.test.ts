import { afterAll, beforeAll } from 'vitest';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import { describeVectorIndex } from '../../contract/vector-index.ts';
import { openChroma, type TestChroma } from '../../support/chroma.ts';

let chroma: TestChroma;
beforeAll(async () => void (chroma = await openChroma()));
afterAll(async () => chroma[Symbol.asyncDispose]());

const { signal } = new AbortController();

describeVectorIndex({
  name: 'Chroma',
  open: async () => {
    const index = createChromaIndex({ address: () => chroma.address });
    for (const name of await index.spaces(signal)) await index.drop(name, signal);
    return index;
  },
  lose: async () => {
    await chroma.lose();
    await chroma.restart();
  },
});
