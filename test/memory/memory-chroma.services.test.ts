import { rm } from 'node:fs/promises';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import { testMemoryOver } from '../contract/memory.ts';
import { openChroma } from '../support/chroma.ts';

testMemoryOver('Chroma', async () => {
  const chroma = await openChroma();
  const index = createChromaIndex({ address: () => chroma.address });
  return {
    index,
    begin: chroma.kill,
    end: chroma.restart,
    endEmpty: async () => {
      await rm(chroma.folder, { recursive: true, force: true });
      await chroma.restart();
    },
    [Symbol.asyncDispose]: async () => {
      await index[Symbol.asyncDispose]();
      await chroma[Symbol.asyncDispose]();
    },
  };
});
