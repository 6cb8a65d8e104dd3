import { z } from 'zod';
import type { Protocol } from './protocol.ts';

const Answer = z.object({ data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })) });

/** OpenAI and every server that speaks as it does: https://platform.openai.com/docs/api-reference/embeddings */
export const openai: Protocol = {
  provider: 'openai',
  usualUrl: 'https://api.openai.com/v1',
  usualModel: 'text-embedding-3-small',
  path: '/embeddings',
  body: (model, input) => ({ model, input, encoding_format: 'float' }),
  vectors: (answer) =>
    Answer.parse(answer)
      .data.toSorted((one, other) => one.index - other.index)
      .map(({ embedding }) => embedding),
  missing: (model) => `Look whether OMEGA_EMBEDDINGS_URL and the name ${model} are right.`,
};
