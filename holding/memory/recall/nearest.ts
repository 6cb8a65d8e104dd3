import type { Log } from '#lib/log.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import type { Embedder } from '../embed/embedder.ts';
import type { Follower } from '../vectors/follow.ts';
import { foundAround, type AroundParts, type Found } from './found-around.ts';
import type { Setback } from '../vectors/setback.ts';
import type { Shelf } from '../shelf/shelf.ts';
import type { NearestQuery, OpenSpace, VectorIndex } from '../vectors/vector-index.ts';

/** Finds by meaning, or rejects where it cannot. */
export type Nearest = (text: string, query: NearestQuery, signal: AbortSignal) => Promise<Found>;

export interface NearestParts extends AroundParts {
  readonly shelf: Pick<Shelf, 'spaces' | 'counts'>;
  readonly index: VectorIndex | null;
  readonly embedder: Embedder;
  readonly embedderOf: (space: string) => Embedder | null;
  readonly follower: Pick<Follower, 'follow'>;
  readonly asking: Setback;
  readonly log: Log;
}

/** Words alone are better than a wait. */
const patienceMs = 4000;

/** Asks the model that answers now, in the space that it filled; one opening serves until it fails. */
export function createNearest(parts: NearestParts): Nearest {
  let opened: OpenSpace | null = null;
  const search = async (model: Answering, { text, query }: Asked, signal: AbortSignal): Promise<Found> => {
    const [vector] = await model.embedder.embed([text], 'query', signal);
    if (vector === undefined || vector.every((value) => value === 0)) return nothing;
    for (;;) {
      signal.throwIfAborted();
      const isFresh = opened?.generation !== model.generation;
      const space = isFresh || opened === null ? await openFilled(model, vector.length, signal) : opened;
      opened = null;
      try {
        const neighbours = await space.nearest(vector, query, signal);
        opened = space;
        return foundAround(vector, { neighbours, isAll: neighbours.length < query.limit, space: model.name }, parts);
      } catch (error) {
        if (isFresh || signal.aborted) throw error;
      }
    }
  };
  return async (text, query, signal) => {
    const model = answering(parts);
    const setback = parts.asking.current();
    if (setback !== null) throw setback;
    const patience = AbortSignal.timeout(patienceMs);
    try {
      const found = await search(model, { text, query }, AbortSignal.any([signal, patience]));
      parts.asking.clear();
      return found;
    } catch (error) {
      signal.throwIfAborted();
      const fault = patience.aborted ? tooSlow() : error;
      if (parts.asking.note(fault))
        parts.log.warn('The index of vectors cannot be asked: words alone go on', { error: fault });
      if (mendable.has(codeOf(fault) ?? '')) void parts.follower.follow({ isThorough: true });
      throw fault;
    }
  };
}

const nothing: Found = { neighbours: [], similarityOf: () => null, average: 0 };

interface Asked {
  readonly text: string;
  readonly query: NearestQuery;
}

interface Answering {
  readonly name: string;
  /** What was filled; null: nothing yet. */
  readonly generation: string | null;
  readonly embedder: Embedder;
  readonly index: VectorIndex;
}

/** An index that came back empty must not pass for one in which nothing was found. */
async function openFilled(model: Answering, dimensions: number, signal: AbortSignal): Promise<OpenSpace> {
  const space = await model.index.open({ name: model.name, dimensions }, signal);
  if (space.generation !== model.generation)
    throw new OmegaError('The index of vectors was begun anew, and is being filled', { code: 'E_INDEX_ANEW' });
  return space;
}

const mendable = new Set(['E_INDEX_ANEW', 'E_INDEX_BROKEN', 'E_INDEX_DIMENSION']);

function answering({ shelf, index, embedder, embedderOf }: NearestParts): Answering {
  if (index === null) throw new OmegaError('There is no index of vectors here', { code: 'E_INDEX_AWAY' });
  const current = shelf.spaces().find(({ isCurrent }) => isCurrent);
  if (current === undefined) throw new OmegaError('The index of vectors was not filled yet', { code: 'E_INDEX_AWAY' });
  const model = current.name === embedder.space ? embedder : embedderOf(current.name);
  if (model === null)
    throw new OmegaError(`The index of vectors moves to another model, and ${current.name} cannot be asked any more`, {
      code: 'E_INDEX_AWAY',
    });
  return { name: current.name, generation: current.generation, embedder: model, index };
}

function tooSlow(): OmegaError {
  return new OmegaError(`The index of vectors did not answer within ${patienceMs / 1000} s`, { code: 'E_INDEX_AWAY' });
}
