import { z } from 'zod';
import type { Protocol } from './protocol.ts';

const Answer = z.object({ embeddings: z.array(z.array(z.number())) });

/** Models on a machine of the owner's own: https://docs.ollama.com/api/embed */
export const ollama: Protocol = {
  provider: 'ollama',
  usualUrl: 'http://127.0.0.1:11434',
  usualModel: 'bge-m3',
  path: '/api/embed',
  body: (model, input) => ({ model, input }),
  vectors: (answer) => Answer.parse(answer).embeddings,
  missing: (model) => `Bring it in with: ollama pull ${model}`,
};
