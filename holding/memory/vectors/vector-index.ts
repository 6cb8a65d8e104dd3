import type { Kind } from '../record.ts';

/**
 * A store of vectors: derived from the journal, so it may lose everything at any time, and say so. Chroma is one;
 * Pinecone can be another; `test/contract/vector-index.ts` is what each has to pass.
 */
export interface VectorIndex extends AsyncDisposable {
  /** As a person calls it. */
  readonly name: string;
  /**
   * Opens a space, made where it is missing: vectors of one model and one length. What comes back tells its
   * generation: another one than before means that it was begun anew, and holds nothing of what was put in it.
   * @throws OmegaError `E_INDEX_AWAY` (it does not answer: try again later), `E_INDEX_BROKEN` (it answers, with faults
   * that do not pass), `E_INDEX_DIMENSION`: the space has vectors of another length.
   */
  readonly open: (space: Space, signal: AbortSignal) => Promise<OpenSpace>;
  /** Deletes a space and all that is in it; one that is not there is no fault. */
  readonly drop: (name: string, signal: AbortSignal) => Promise<void>;
  /** The names of all spaces that are Omega's. */
  readonly spaces: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Writes, reads back and finds a vector of its own, of which nothing stays; resolves to the milliseconds that took. */
  readonly probe: (signal: AbortSignal) => Promise<number>;
}

export interface Space {
  /** 3 to 200 of a-z, 0-9, “-” and “_”: names the model and its version. */
  readonly name: string;
  readonly dimensions: number;
}

/** Each call rejects as {@link VectorIndex.open} does. */
export interface OpenSpace {
  readonly generation: string;
  /** Adds these or takes the place of those with the same id; all are there when it resolves. */
  readonly put: (points: readonly Point[], signal: AbortSignal) => Promise<void>;
  /** Ids that are not there are no fault. */
  readonly remove: (ids: readonly string[], signal: AbortSignal) => Promise<void>;
  /** The nearest by cosine, best first. */
  readonly nearest: (vector: Float32Array, query: NearestQuery, signal: AbortSignal) => Promise<readonly Neighbour[]>;
  /** How many there are. */
  readonly count: (signal: AbortSignal) => Promise<number>;
  /** The ids of all, in no order. */
  readonly ids: (signal: AbortSignal) => Promise<readonly string[]>;
}

/** A record's vector, and what it is filtered by. It holds no text. */
export interface Point {
  readonly id: string;
  /** Finite, and not all zero; else it is refused with `E_MEMORY_VECTOR`, and all that came with it. */
  readonly vector: Float32Array;
  readonly kind: Kind;
  readonly unit: string;
}

export interface NearestQuery {
  readonly limit: number;
  readonly units?: readonly string[] | undefined;
  readonly kinds?: readonly Kind[] | undefined;
}

export interface Neighbour {
  readonly id: string;
  /** Cosine, from -1 to 1. */
  readonly similarity: number;
}
