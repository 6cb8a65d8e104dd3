import type { ChromaCall } from './chroma-call.ts';
import { away, broken, isLost } from './chroma-fault.ts';
import type { OpenSpace } from './vector-index.ts';

/** What is done with a collection. */
type Deed = Exclude<keyof OpenSpace, 'generation'> | 'open';

/** Asks something of one collection, as {@link ChromaCall} does. @throws OmegaError `E_INDEX_BROKEN` as well */
export type CollectionCall = (deed: Deed) => ChromaCall;

/** So many in a row that ended the server itself: what the collection holds kills it. */
const deadly = 3;

/**
 * Damaged files can make the server crash whenever one collection is read or written: seen from here it only goes away,
 * and whoever runs it starts it again, for ever. A death is a connection that was lost after the server answered. They
 * are counted by collection and by what was done, for one that is read well may still die of each search. A collection
 * that kills is not touched again by this process, so that the server lives long enough to drop it; the one that takes
 * its place has another id.
 */
export function createDeathWatch(call: ChromaCall): (collection: string) => CollectionCall {
  const deaths = new Map<string, number>();
  const killers = new Set<string>();
  return (collection) => (deed) => async (work, signal) => {
    if (killers.has(collection)) throw kills();
    const what = `${collection} ${deed}`;
    const before = deaths.get(what) ?? 0; // Several calls that are lost in one death count it once.
    // Searches are the many, of a collection that was opened just before: only a second death is looked at closely.
    const isTrusted = deed === 'nearest' && before === 0;
    let hasAnswered = isTrusted;
    try {
      const result = await call(async (client) => {
        if (!isTrusted) await client.getPreflightChecks(); // Before a write the client asks this anyway, once.
        hasAnswered = true;
        return await work(client).catch(namingCollection);
      }, signal);
      deaths.delete(what);
      return result;
    } catch (error) {
      if (!hasAnswered || !isLost(error)) throw error;
      deaths.set(what, before + 1);
      if (before + 1 < deadly) throw error;
      killers.add(collection);
      throw kills();
    }
  };
}

function kills(): Error {
  return broken('what it holds ends its server again and again');
}

/** Of a server that is known to be Chroma, what it does not find is the collection. */
function namingCollection(error: unknown): never {
  if (!(error instanceof Error && error.name === 'ChromaNotFoundError')) throw error;
  throw away('what was asked for is no longer there; it is made anew when it is opened');
}
