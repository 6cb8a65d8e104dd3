import type { NearestQuery, Neighbour, OpenSpace, Point, Space, VectorIndex } from './vector-index.ts';
import { normalised, requireLength } from './vectors.ts';

interface Shelved extends Space {
  readonly generation: string;
  readonly points: Map<string, Point>;
}

/** Vectors in this process alone, compared one by one: exact, and gone with the process. */
export function createPlainIndex(): VectorIndex {
  const spaces = new Map<string, Shelved>();
  return {
    name: 'memory of this process',
    open: async (space, signal) => {
      signal.throwIfAborted();
      const known = spaces.get(space.name) ?? { ...space, generation: crypto.randomUUID(), points: new Map() };
      requireLength(known, space.dimensions);
      spaces.set(space.name, known);
      return openSpace(known);
    },
    drop: async (name, signal) => {
      signal.throwIfAborted();
      spaces.delete(name);
    },
    spaces: async (signal) => {
      signal.throwIfAborted();
      return [...spaces.keys()];
    },
    probe: async (signal) => {
      signal.throwIfAborted();
      return 0;
    },
    [Symbol.asyncDispose]: async () => spaces.clear(),
  };
}

function openSpace(space: Shelved): OpenSpace {
  const { points, generation } = space;
  return {
    generation,
    put: async (added, signal) => {
      signal.throwIfAborted();
      const sound = added.map((point) => ({ ...point, vector: soundVector(space, point.vector) }));
      for (const point of sound) points.set(point.id, point);
    },
    remove: async (ids, signal) => {
      signal.throwIfAborted();
      for (const id of ids) points.delete(id);
    },
    nearest: async (vector, query, signal) => {
      signal.throwIfAborted();
      return rank(points.values(), soundVector(space, vector), query);
    },
    count: async (signal) => {
      signal.throwIfAborted();
      return points.size;
    },
    ids: async (signal) => {
      signal.throwIfAborted();
      return [...points.keys()];
    },
  };
}

function soundVector(space: Space, vector: Float32Array): Float32Array {
  requireLength(space, vector.length);
  return normalised(vector);
}

function rank(points: Iterable<Point>, vector: Float32Array, { limit, units, kinds }: NearestQuery): Neighbour[] {
  return Array.from(points)
    .filter(({ unit, kind }) => (units?.includes(unit) ?? true) && (kinds?.includes(kind) ?? true))
    .map((point) => ({ id: point.id, similarity: product(point.vector, vector) }))
    .toSorted((one, other) => other.similarity - one.similarity)
    .slice(0, limit);
}

function product(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}
