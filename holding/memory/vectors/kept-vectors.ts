import { createHash } from 'node:crypto';
import { OmegaError } from '#lib/errors.ts';
import { silentLog, type Log } from '#lib/log.ts';
import type { Embedder } from '../embed/embedder.ts';
import { openVectorsFile } from './vectors-file.ts';

/**
 * The vectors of records, kept beside the index: a model is asked once for a text, so that an index that broke is
 * filled again in seconds. Like the index it is derived: it may be thrown away at any time, and what cannot be kept or
 * read is asked of the model again.
 */
export interface KeptVectors extends Disposable {
  /** The same model, asked only for what is not kept; questions are not kept. */
  readonly keeping: (embedder: Embedder) => Embedder;
  /** Of a text of a record; null: not kept. */
  readonly vectorOf: (space: string, text: string) => Float32Array | null;
  /** How many of a space {@link KeptVectors.averageOf} is of. */
  readonly countOf: (space: string) => number;
  /** The average of all of a space; null: there are none. */
  readonly averageOf: (space: string) => Float32Array | null;
  /** Which model makes the vectors of a space, in its own words, so that it can still be asked while another takes over. */
  readonly describe: (space: string, description: string) => void;
  readonly descriptionOf: (space: string) => string | null;
  /** Of every space. @throws OmegaError or SQLite's error where they are still there. */
  readonly forget: (texts: readonly string[]) => void;
  /** Of every text but these, which are asked for after what is kept was read. @throws as {@link KeptVectors.forget} */
  readonly forgetOthers: (texts: () => Iterable<string>) => void;
  /** Keeps these spaces only. */
  readonly prune: (spaces: readonly string[]) => void;
}

/** Opens the file, or begins it anew where it is missing or damaged; null: in memory. @throws OmegaError */
export function openKeptVectors(path: string | null, log: Log = silentLog): KeptVectors {
  const file = openVectorsFile(path, log);
  const vectorOf = (space: string, text: string): Float32Array | null => file.get(space, hashOf(text));
  const keeping = (embedder: Embedder): Embedder => ({
    space: embedder.space,
    dimensions: embedder.dimensions,
    embed: async (texts, purpose, signal) => {
      if (purpose === 'query') return await embedder.embed(texts, purpose, signal);
      const length = await embedder.dimensions(signal);
      const known = texts.map((text) => vectorOf(embedder.space, text));
      const isKnown = known.map((vector) => vector?.length === length); // The model may have been another one then.
      const missing = texts.filter((_, index) => isKnown[index] !== true);
      if (missing.length === 0) return known.flatMap((vector) => vector ?? []);
      const fresh = await embedder.embed(missing, purpose, signal);
      requireOneEach(fresh, missing);
      file.put(
        embedder.space,
        fresh.map((vector, index) => ({ text: hashOf(missing[index] ?? ''), vector })),
      );
      const rest = fresh.values();
      return known.flatMap((vector, index) => (isKnown[index] === true ? vector : rest.next().value) ?? []);
    },
  });
  return {
    keeping,
    vectorOf,
    countOf: file.count,
    averageOf: file.average,
    describe: file.describe,
    descriptionOf: file.description,
    forget: (texts) => file.remove(texts.map(hashOf)),
    forgetOthers: (texts) => {
      const strays = new Set(file.texts());
      for (const text of texts()) strays.delete(hashOf(text));
      if (strays.size > 0) file.remove([...strays]);
    },
    prune: file.prune,
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

/** Else each would be kept as another text's. */
function requireOneEach(vectors: readonly Float32Array[], texts: readonly string[]): void {
  if (vectors.length === texts.length) return;
  throw new OmegaError(`The model of the memory answered ${texts.length} texts with ${vectors.length} vectors.`, {
    code: 'E_EMBED',
    hint: 'Memory goes on by words alone, and tries again by itself.',
  });
}

/** Of the text as it is: what is forgotten leaves a vector under no name that tells of it. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
