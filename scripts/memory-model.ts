import type { Embedder } from '#holding/memory/embed/embedder.ts';
import { createEmbedder, describeSpace, embedderOf, SpaceDescription } from '#holding/memory/embed/embedders.ts';
import { createLocalEmbedder } from '#holding/memory/embed/local.ts';
import type { KeptVectors } from '#holding/memory/vectors/kept-vectors.ts';
import { openDictionary, type Dictionary } from '#holding/memory/words/dictionary.ts';
import type { Env } from '#lib/env.ts';
import type { Log } from '#lib/log.ts';
import { dictionaryFile } from './dictionary.ts';

/** The model that is set, those that made older vectors, and the dictionary between the two languages. */
export interface MemoryModel extends AsyncDisposable {
  readonly embedder: Embedder;
  readonly embedderOf: (space: string) => Embedder | null;
  readonly dictionary: Dictionary;
}

/** Starts no model: that is done with the first text. @throws OmegaError `E_CONFIG`, exit code 2. */
export function openModel(env: Env, { kept, log }: { readonly kept: KeptVectors; readonly log: Log }): MemoryModel {
  const opened = new AsyncDisposableStack();
  const dictionary = opened.use(openDictionary(dictionaryFile));
  const local = opened.use(createLocalEmbedder({ dictionary }));
  const options = { network: env.network, log, local: () => local };
  const embedder = createEmbedder(env.embeddings, options);
  kept.describe(embedder.space, JSON.stringify(describeSpace(env.embeddings)));
  return {
    dictionary,
    embedder: kept.keeping(embedder),
    embedderOf: (space) => {
      const text = kept.descriptionOf(space);
      if (text === null) return null;
      const { success, data: description } = SpaceDescription.safeParse(JSON.parse(text));
      if (!success) return null; // Another version of Omega wrote it.
      // The local model of another dictionary is the same model: near enough to answer until the move is done.
      return kept.keeping({ ...embedderOf(description, env.embeddings, options), space });
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
