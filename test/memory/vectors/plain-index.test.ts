import { createPlainIndex } from '#holding/memory/vectors/plain-index.ts';
import { describeVectorIndex } from '../../contract/vector-index.ts';

describeVectorIndex({
  name: 'the plain index',
  open: async () => createPlainIndex(),
  lose: async (index) => index[Symbol.asyncDispose](),
});
