import { createPlainIndex } from '#holding/memory/vectors/plain-index.ts';
import { testMemoryOver } from '../contract/memory.ts';
import { fickle } from '../support/memory.ts';

testMemoryOver('an index in memory', async () => {
  const index = fickle(createPlainIndex());
  return {
    index,
    begin: async () => {
      index.fault = 'away';
    },
    end: async () => {
      index.fault = null;
    },
    endEmpty: async () => {
      index.fault = null;
      const signal = AbortSignal.timeout(5000);
      for (const name of await index.spaces(signal)) await index.drop(name, signal);
    },
    [Symbol.asyncDispose]: () => index[Symbol.asyncDispose](),
  };
});
