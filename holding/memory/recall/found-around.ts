import { textOf } from '../vectors/fill.ts';
import type { KeptVectors } from '../vectors/kept-vectors.ts';
import { dueOf } from '../vectors/reconcile.ts';
import type { MemoryRecord } from '../record.ts';
import type { Shelf } from '../shelf/shelf.ts';
import type { Neighbour } from '../vectors/vector-index.ts';

/** What is near to a text in meaning. */
export interface Found {
  readonly neighbours: readonly Neighbour[];
  /** The cosine of any record, near or not, from -1 to 1; null: it has no vector yet. */
  readonly similarityOf: (record: Pick<MemoryRecord, 'id' | 'text' | 'keywords'>) => number | null;
  /** The cosine of records on average. */
  readonly average: number;
}

export interface AroundParts {
  readonly shelf: Pick<Shelf, 'counts'>;
  /** The vectors of records, to know by how near any of them is. */
  readonly kept: Pick<KeptVectors, 'vectorOf' | 'averageOf' | 'countOf'>;
}

/** So many vectors give much the same average as all. */
const tellingCount = 200;

interface Around extends Pick<Found, 'neighbours'> {
  /** Whether there are no others. */
  readonly isAll: boolean;
  readonly space: string;
}

/** How near a text is to those that were found, and to any other. */
export function foundAround(vector: Float32Array, { neighbours, isAll, space }: Around, parts: AroundParts): Found {
  const { kept } = parts;
  const found = neighbours.filter(({ similarity: near }) => Number.isFinite(near));
  const near = new Map(found.map((neighbour) => [neighbour.id, neighbour.similarity]));
  const average = isTelling(space, parts) ? similarity(vector, kept.averageOf(space)) : null;
  return {
    neighbours: found,
    similarityOf: (record) => {
      const known = near.get(record.id);
      if (known !== undefined) return known;
      return similarity(vector, kept.vectorOf(space, textOf(record)));
    },
    average: average ?? averageIn(found, isAll),
  };
}

/** Of kept vectors that were lost only the newest are there again: an average of few of all would shift each score. */
function isTelling(space: string, { kept, shelf }: AroundParts): boolean {
  const count = kept.countOf(space);
  return count >= tellingCount || count >= dueOf(shelf) / 2;
}

/** Where not all were found, the average is farther than the farthest of them, which is the nearest to it that is known. */
function averageIn(found: readonly Neighbour[], isAll: boolean): number {
  if (!isAll || found.length === 0) return found.at(-1)?.similarity ?? 0;
  return found.reduce((sum, { similarity: near }) => sum + near, 0) / found.length;
}

/** Null where there is no other one, or where it is another model's. */
function similarity(one: Float32Array, other: Float32Array | null): number | null {
  if (other?.length !== one.length) return null;
  let sum = 0;
  for (const [at, value] of one.entries()) sum += value * (other[at] ?? 0);
  return Number.isFinite(sum) ? sum : null;
}
