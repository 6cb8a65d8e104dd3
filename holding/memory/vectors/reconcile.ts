import type { Embedder } from '../embed/embedder.ts';
import { pointOf, textOf, type Filling } from './fill.ts';
import type { MemoryRecord, Status } from '../record.ts';
import type { Shelf } from '../shelf/shelf.ts';
import type { OpenSpace } from './vector-index.ts';

/** The records whose vectors the index holds; what is aged is in neither index. */
export const indexed: readonly Status[] = ['active', 'quarantined', 'superseded'];

/** How what the index holds differs from what it should, beside what is pending. */
export interface Difference {
  readonly missing: readonly MemoryRecord[];
  /** Ids of what is on no shelf. */
  readonly strays: readonly string[];
}

const batchSize = 128;

/** By generation, how many records have no vector: seen when all else had come into the space. */
const without = new Map<string, number>();

/** Whether the index holds as many as it should: cheap, and right but where as many are missing as are strays. */
export async function isFull(filling: Pick<Filling, 'shelf'>, space: OpenSpace, signal: AbortSignal): Promise<boolean> {
  return (await shortfallOf(filling, space, signal)) === (without.get(space.generation) ?? 0);
}

async function shortfallOf({ shelf }: Pick<Filling, 'shelf'>, space: OpenSpace, signal: AbortSignal): Promise<number> {
  return dueOf(shelf) - (await space.count(signal));
}

/** How many records belong in the index. */
export function dueOf(shelf: Pick<Shelf, 'counts'>): number {
  const due = shelf.counts().filter(({ status }) => indexed.includes(status));
  return due.reduce((sum, { records }) => sum + records, 0);
}

/** Puts what the index lost unseen, as by a power cut, and removes what it should not have. */
export async function reconcile(filling: Filling, space: OpenSpace, signal: AbortSignal): Promise<void> {
  const { missing, strays } = await differenceOf(filling, space, signal);
  for (let start = 0; start < missing.length; start += batchSize) {
    const points = await pointsOf(missing.slice(start, start + batchSize), filling.embedder, signal);
    if (points.length > 0) await space.put(points, signal);
  }
  if (strays.length > 0) await space.remove(strays, signal);
  without.set(space.generation, await shortfallOf(filling, space, signal));
}

/** Asks the index for all that it holds; changes nothing. */
export async function differenceOf(
  { shelf, embedder }: Pick<Filling, 'shelf' | 'embedder'>,
  space: OpenSpace,
  signal: AbortSignal,
): Promise<Difference> {
  const held = new Set(await space.ids(signal));
  const waiting = new Set(shelf.pending(embedder.space, Number.MAX_SAFE_INTEGER).map(({ id }) => id));
  const missing: MemoryRecord[] = [];
  for (const record of shelf.all(indexed)) {
    if (!held.delete(record.id) && !waiting.has(record.id)) missing.push(record);
  }
  return { missing, strays: [...held].filter((id) => !waiting.has(id)) };
}

/** Without those in which the model knows nothing: these have no vector anywhere. */
export async function pointsOf(
  records: readonly MemoryRecord[],
  embedder: Embedder,
  signal: AbortSignal,
): Promise<ReturnType<typeof pointOf>> {
  const vectors = await embedder.embed(records.map(textOf), 'document', signal);
  return records.flatMap((record, at) => pointOf(record, vectors[at]));
}

/** The ids of those that should be there: what is missing because it has no vector is no fault. */
export async function lostOf(
  { missing }: Difference,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (let start = 0; start < missing.length; start += batchSize) {
    const points = await pointsOf(missing.slice(start, start + batchSize), embedder, signal);
    lost.push(...points.map(({ id }) => id));
  }
  return lost;
}
