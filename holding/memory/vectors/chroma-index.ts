import type { ChromaClient, Collection } from 'chromadb';
import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import { chromaCaller, type ChromaCall, type ChromaIndexOptions } from './chroma-call.ts';
import { createDeathWatch, type CollectionCall } from './chroma-deaths.ts';
import { broken } from './chroma-fault.ts';
import { openChromaSpace, requireSoundSample } from './chroma-space.ts';
import type { OpenSpace, Space, VectorIndex } from './vector-index.ts';
import { requireLength } from './vectors.ts';

const collectionPrefix = 'omega-memory__';
const probeName = 'omega-probe';
const mostCollections = 1000;
const probeDimensions = 8;

/**
 * How Chroma's graph is searched. At 10,000 vectors of 1,024 numbers from texts it finds .997 of the ten nearest in
 * 4 ms; the usual 100 find .98. A denser graph finds .999, and takes twice as long to build.
 */
const graph = { space: 'cosine', ef_search: 400 } as const;

/** Of what is written beside a collection; one that is not Omega's has none of it. */
const Marks = z.object({ generation: z.string(), dimensions: z.number() });

/** Vectors in Chroma: a collection for each space, with kind and unit beside each vector and never a text. */
export function createChromaIndex(options: ChromaIndexOptions): VectorIndex {
  const call = chromaCaller(options);
  const asking = { call, callOf: createDeathWatch(call) };
  return {
    name: 'Chroma',
    open: (space, signal) => open(asking, space, signal),
    drop: (name, signal) => call((client) => dropCollection(client, collectionPrefix + name), signal),
    spaces: async (signal) => {
      const names = await call(namesOf, signal);
      return names
        .filter((name) => name.startsWith(collectionPrefix))
        .map((name) => name.slice(collectionPrefix.length));
    },
    probe: (signal) => probe(asking, signal),
    [Symbol.asyncDispose]: async () => {}, // Each call has a client of its own; none stays.
  };
}

interface Asking {
  readonly call: ChromaCall;
  readonly callOf: (collection: string) => CollectionCall;
}

async function open({ call, callOf }: Asking, space: Space, signal: AbortSignal): Promise<OpenSpace> {
  const { id, marks } = await call((client) => collectionFor(client, collectionPrefix + space.name, space), signal);
  requireLength({ name: space.name, dimensions: marks.dimensions }, space.dimensions);
  await requireSoundSample(callOf(id), id, signal);
  return openChromaSpace({ call: callOf(id), collection: id, space, generation: marks.generation });
}

/** Of one that is there already the marks stay as they are. */
async function collectionFor(
  client: ChromaClient,
  name: string,
  { dimensions }: Pick<Space, 'dimensions'>,
): Promise<{ readonly id: string; readonly marks: z.infer<typeof Marks> }> {
  const collection: Collection = await client.getOrCreateCollection({
    name,
    embeddingFunction: null,
    metadata: { generation: crypto.randomUUID(), dimensions },
    configuration: { hnsw: graph },
  });
  return { id: z.uuid().parse(collection.id), marks: Marks.parse(collection.metadata) };
}

async function dropCollection(client: ChromaClient, name: string): Promise<void> {
  try {
    await client.deleteCollection({ name });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ChromaNotFoundError')) throw error; // Not there: as it should be.
  }
}

async function namesOf(client: ChromaClient): Promise<string[]> {
  const collections = await client.listCollections({ limit: mostCollections });
  return collections.map(({ name }) => name);
}

/**
 * In a collection that is kept: each one that is made and deleted again costs Chroma 3 MiB, 2 MB on the disk and four
 * open files for as long as it runs.
 */
async function probe({ call, callOf }: Asking, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const space = { name: probeName, dimensions: probeDimensions };
  const { id: collection, marks } = await call((client) => collectionFor(client, probeName, space), signal);
  try {
    await writeAndFind(openChromaSpace({ call: callOf(collection), collection, space, ...marks }), signal);
  } catch (error) {
    // Nobody else mends this one: the next probe makes it anew.
    if (codeOf(error) === 'E_INDEX_BROKEN') await call((client) => dropCollection(client, probeName), signal);
    throw error;
  }
  return performance.now() - began;
}

async function writeAndFind(space: OpenSpace, signal: AbortSignal): Promise<void> {
  const id = crypto.randomUUID(); // Other processes probe as well.
  const vector = Float32Array.from({ length: probeDimensions }, () => Math.random() - 0.5);
  await space.put([{ id, vector, kind: 'fact', unit: probeName }], signal);
  const [found] = await space.nearest(vector, { limit: 1 }, signal);
  await space.remove([id], signal);
  if (found?.id !== id || found.similarity < 0.999) throw broken('a vector that was just written is not found again');
}
