import { codeOf, OmegaError } from '#lib/errors.ts';
import type { Embedder } from '../embed/embedder.ts';
import { ordinarySentences } from '../embed/ordinary.ts';
import type { MemoryRecord } from '../record.ts';
import type { Shelf } from '../shelf/shelf.ts';
import type { OpenSpace, Point, VectorIndex } from './vector-index.ts';

/** The shelf, and what brings its records into the index of vectors. */
export interface Filling {
  readonly shelf: Shelf;
  readonly index: VectorIndex;
  readonly embedder: Embedder;
}

export interface FillOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

type Pending = ReturnType<Shelf['pending']>[number];
type Kept = Pending & { readonly record: MemoryRecord };

const batchSize = 64;
/** So many texts that the model refuses are passed over; with more it is the model that is at fault. */
const mostRefused = 20;

/** Opens the model's space; where that was begun anew, all of its records are pending again. */
export async function openSpaceOf({ shelf, index, embedder }: Filling, signal: AbortSignal): Promise<OpenSpace> {
  const dimensions = await embedder.dimensions(signal);
  const space = await index.open({ name: embedder.space, dimensions }, signal);
  shelf.setGeneration(embedder.space, space.generation, dimensions);
  return space;
}

/**
 * Brings what is pending into the space. What was put is settled only after it was put, so whatever breaks off in
 * between is done again.
 * @throws OmegaError of the index or the embedder; `E_EMBED` too where it refuses some texts, when all else is done.
 */
export async function fill(filling: Filling, space: OpenSpace, options: FillOptions): Promise<void> {
  const { shelf, embedder } = filling;
  const refused = new Map<string, unknown>();
  const total = shelf.pendingCount(embedder.space);
  if (total > 0) await embedder.embed(ordinarySentences, 'document', options.signal); // Asked once, and kept.
  for (let done = 0; ; options.onProgress?.(done, Math.max(done, total))) {
    options.signal.throwIfAborted();
    const batch = shelf.pending(embedder.space, batchSize + refused.size).filter(({ id }) => !refused.has(id));
    if (batch.length === 0) break;
    await place(batch, { ...filling, space, refused, signal: options.signal });
    done += batch.length;
  }
  const [cause] = refused.values();
  if (cause !== undefined)
    throw new OmegaError(`The model refuses ${refused.size} of the texts, which are found by their words alone`, {
      code: 'E_EMBED_REFUSED',
      cause,
    });
}

interface Placing extends Filling {
  readonly space: OpenSpace;
  readonly refused: Map<string, unknown>;
  readonly signal: AbortSignal;
}

async function place(batch: readonly Pending[], placing: Placing): Promise<void> {
  const { shelf, embedder, space, signal } = placing;
  const vectors = await vectorsOf(batch.filter(isKept), placing);
  const points = batch.filter(isKept).flatMap((pending) => pointOf(pending.record, vectors.get(pending.id)));
  const put = new Set(points.map(({ id }) => id));
  const settled = batch.filter(({ id }) => !placing.refused.has(id));
  const removed = settled.map(({ id }) => id).filter((id) => !put.has(id));
  if (points.length > 0) await space.put(points, signal);
  if (removed.length > 0) await space.remove(removed, signal);
  const known = shelf.spaces().find(({ name }) => name === embedder.space);
  if (known?.generation !== space.generation)
    throw new OmegaError('Another process began the index of vectors anew meanwhile', { code: 'E_INDEX_AWAY' });
  shelf.settle(embedder.space, settled);
}

/** Halves a batch that the model refuses, until the texts that it refuses stand alone. */
async function vectorsOf(batch: readonly Kept[], placing: Placing): Promise<ReadonlyMap<string, Float32Array>> {
  if (batch.length === 0) return new Map();
  try {
    const texts = batch.map(({ record }) => textOf(record));
    const vectors = await placing.embedder.embed(texts, 'document', placing.signal);
    return new Map(batch.flatMap(({ id }, at) => (vectors[at] === undefined ? [] : [[id, vectors[at]]])));
  } catch (error) {
    if (!isRefusal(error) || placing.refused.size >= mostRefused) throw error;
    if (batch.length === 1) {
      for (const { id } of batch) placing.refused.set(id, error);
      return new Map();
    }
    const half = Math.ceil(batch.length / 2);
    const first = await vectorsOf(batch.slice(0, half), placing);
    return new Map([...first, ...(await vectorsOf(batch.slice(half), placing))]);
  }
}

/** What is turned into a vector: the words of the other language with it, so that it is found by them. */
export function textOf({ text, keywords }: Pick<MemoryRecord, 'text' | 'keywords'>): string {
  const words = [...keywords.nl, ...keywords.en];
  return words.length === 0 ? text : `${text}\n${words.join(' ')}`;
}

/** None for a text in which the model knows nothing. */
export function pointOf({ id, kind, unit }: MemoryRecord, vector: Float32Array | undefined): Point[] {
  return vector === undefined || vector.every((value) => value === 0) ? [] : [{ id, vector, kind, unit }];
}

function isKept(pending: Pending): pending is Kept {
  return pending.record !== null;
}

function isRefusal(error: unknown): boolean {
  return error instanceof OmegaError && error.permanent && codeOf(error) === 'E_EMBED';
}
