import type { Where } from 'chromadb';
import { z } from 'zod';
import type { CollectionCall } from './chroma-deaths.ts';
import { broken } from './chroma-fault.ts';
import type { NearestQuery, Neighbour, OpenSpace, Point, Space } from './vector-index.ts';
import { lengthOf, normalised, requireLength } from './vectors.ts';

export interface ChromaSpaceOptions {
  readonly call: CollectionCall;
  /** Its id: the name may come to mean another one. */
  readonly collection: string;
  readonly space: Space;
  readonly generation: string;
}

/** Written in one call: less than a second's work, so that a signal is heeded and a time-out is a hang. */
const putAtOnce = 250;
const removeAtOnce = 2000;
/** Vectors that are read back when a space is opened: some at each of so many places. */
const sampledPlaces = 5;
const sampledAtEach = 4;

const Found = z.object({ ids: z.tuple([z.array(z.string())]), distances: z.tuple([z.array(z.number())]) });
const Ids = z.object({ ids: z.array(z.string()) });
const Sample = z.object({ embeddings: z.array(z.array(z.number())) });

/** What may be done with one collection. */
export function openChromaSpace(options: ChromaSpaceOptions): OpenSpace {
  const { call, collection, generation } = options;
  return {
    generation,
    put: async (points, signal) => {
      // A call with the same id twice is refused; the last one counts, as it would in two calls.
      const each = Array.from(new Map(points.map((point) => [point.id, soundPoint(options.space, point)])).values());
      for (const some of chunks(each, putAtOnce)) {
        await call('put')((client) => client.collection(collection).upsert(recordsOf(some)), signal);
      }
    },
    remove: async (ids, signal) => {
      for (const some of chunks(ids, removeAtOnce)) {
        await call('remove')((client) => client.collection(collection).delete({ ids: [...some] }), signal);
      }
    },
    nearest: (vector, query, signal) => nearest(options, { ...query, vector }, signal),
    count: (signal) => count(options, signal),
    ids: async (signal) => {
      const all = await call('ids')((client) => client.collection(collection).get({ include: [] }), signal);
      return Ids.parse(all).ids;
    },
  };
}

/**
 * Reads some vectors back, from all of its length: the newest are not in the files yet. Files that a crash has cut short
 * or spoiled are loaded without a word, and answer wrongly for good.
 * @throws OmegaError `E_INDEX_BROKEN`
 */
export async function requireSoundSample(call: CollectionCall, collection: string, signal: AbortSignal): Promise<void> {
  const vectors = await call('open')(async (client) => {
    const handle = client.collection(collection);
    const part = z.number().parse(await handle.count()) / sampledPlaces;
    const offsets = Array.from({ length: sampledPlaces }, (_, place) => Math.floor((place + Math.random()) * part));
    const reading = offsets.map((offset) => handle.get({ limit: sampledAtEach, offset, include: ['embeddings'] }));
    return (await Promise.all(reading)).flatMap((sample) => Sample.parse(sample).embeddings);
  }, signal);
  if (!vectors.every(isOfLengthOne)) throw broken('its vectors are not as they were written');
}

function isOfLengthOne(vector: readonly number[]): boolean {
  return Math.abs(lengthOf(vector) - 1) < 0.01;
}

function soundPoint(space: Space, point: Point): Point {
  requireLength(space, point.vector.length);
  return { ...point, vector: normalised(point.vector) };
}

function recordsOf(points: readonly Point[]): { ids: string[]; embeddings: number[][]; metadatas: Marks[] } {
  return {
    ids: points.map(({ id }) => id),
    embeddings: points.map(({ vector }) => Array.from(vector)),
    metadatas: points.map(({ kind, unit }) => ({ kind, unit })),
  };
}

/** What a vector is filtered by; always both, for a write merges them with those that were there. */
type Marks = Pick<Point, 'kind' | 'unit'>;

async function nearest(
  options: ChromaSpaceOptions,
  query: NearestQuery & { readonly vector: Float32Array },
  signal: AbortSignal,
): Promise<readonly Neighbour[]> {
  const { vector, limit, units, kinds } = query;
  signal.throwIfAborted();
  requireLength(options.space, vector.length);
  if (limit < 1 || units?.length === 0 || kinds?.length === 0) return [];
  const sound = { ...query, vector: normalised(vector) };
  const found = await search(options, sound, signal);
  const isFiltered = units !== undefined || kinds !== undefined;
  if (found.length < limit && !isFiltered) await requireAll(options, sound, signal);
  return found;
}

async function search(
  { call, collection }: ChromaSpaceOptions,
  { vector, limit, units, kinds }: NearestQuery & { readonly vector: Float32Array },
  signal: AbortSignal,
): Promise<Neighbour[]> {
  const where = whereOf({ units, kinds });
  const { ids, distances } = await call('nearest')(async (client) => {
    const query = { queryEmbeddings: [Array.from(vector)], nResults: limit, include: ['distances' as const] };
    return Found.parse(await client.collection(collection).query(where === null ? query : { ...query, where }));
  }, signal);
  return ids[0].map((id, index) => ({ id, similarity: 1 - (distances[0][index] ?? 1) }));
}

function whereOf({ units, kinds }: Pick<NearestQuery, 'units' | 'kinds'>): Where | null {
  const wanted: Where[] = [
    ...(units === undefined ? [] : [{ unit: { $in: [...units] } }]),
    ...(kinds === undefined ? [] : [{ kind: { $in: [...kinds] } }]),
  ];
  return wanted.length > 1 ? { $and: wanted } : (wanted[0] ?? null);
}

/** A damaged graph loses its vectors from sight without a word; what others write or remove meanwhile is no damage. */
async function requireAll(
  options: ChromaSpaceOptions,
  query: NearestQuery & { readonly vector: Float32Array },
  signal: AbortSignal,
): Promise<void> {
  const before = await count(options, signal);
  const found = await search(options, query, signal);
  const held = Math.min(before, await count(options, signal), query.limit);
  if (found.length < held / 2) throw broken(`it holds ${held} vectors and finds only ${found.length}`);
}

async function count({ call, collection }: ChromaSpaceOptions, signal: AbortSignal): Promise<number> {
  return call('count')(async (client) => z.number().parse(await client.collection(collection).count()), signal);
}

function* chunks<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
