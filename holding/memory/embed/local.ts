import { languageOf } from '../words/language.ts';
import type { Dictionary } from '../words/dictionary.ts';
import { glossOf } from '../words/gloss.ts';
import type { Embedder } from './embedder.ts';
import { createModelProcess, type ModelProcess } from './model-process.ts';

/** The length of the model's vectors. */
const dimensions = 512;
/** It reads the first 128 tokens, some 600 characters of English: the index of words has the rest. */
const mostCharacters = 800;
/** So much of a text is looked up word for word; English is the shorter one. */
const mostOfText = 2 * mostCharacters;
/** Of other signs it knows only that there are some, which makes one vector of them all; and it cannot take none. */
const isReadable = /\p{Script=Latin}|\p{N}/u;
/** So many texts are handed over at once: a look at the signal and at others' questions comes between. */
const batch = 4;

/**
 * The Universal Sentence Encoder lite, which comes with the packages: no key, no download, no network. It knows English;
 * a Dutch text is handed to it word for word in English, so that both lie in one space. Its process is started when
 * there is something to embed and ends when there has been nothing for a minute.
 */
export function createLocalEmbedder({
  dictionary,
  model = createModelProcess(),
}: {
  readonly dictionary: Dictionary;
  readonly model?: ModelProcess;
}): Embedder & AsyncDisposable {
  return {
    space: `local-use512-${dictionary.version}-v1`,
    dimensions: async () => dimensions,
    embed: async (texts, _purpose, signal) => {
      const vectors: Float32Array[] = texts.map(() => new Float32Array(dimensions));
      const english = texts.map((text) => cut(englishOf(cut(text, mostOfText), dictionary), mostCharacters));
      const readable = [...english.keys()].filter((at) => isReadable.test(english[at] ?? ''));
      for (let from = 0; from < readable.length; from += batch) {
        signal.throwIfAborted();
        const places = readable.slice(from, from + batch);
        const made = await model.embed(
          places.map((at) => english[at] ?? ''),
          signal,
        );
        for (const [index, vector] of made.entries()) vectors[places[index] ?? 0] = vector;
      }
      return vectors;
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

/** Never within a character. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/u, '');
}

function englishOf(text: string, dictionary: Dictionary): string {
  return languageOf(text) === 'nl' ? glossOf(text, dictionary) : text.replaceAll(/\s+/g, ' ').trim();
}
