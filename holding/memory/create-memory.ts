import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import { catchUp, catchUpForReading, fillAnew } from './books.ts';
import { consolidate } from './consolidate.ts';
import type { Embedder } from './embed/embedder.ts';
import { exportLines } from './write/export.ts';
import { findRecord } from './write/find.ts';
import { createFollower, type FollowerParts, type FollowOptions } from './vectors/follow.ts';
import { forget } from './write/forget.ts';
import { importLines } from './write/import.ts';
import { openJournal } from './journal/journal.ts';
import type { KeptVectors } from './vectors/kept-vectors.ts';
import type { IndexState, Memory, WriteOptions } from './memory.ts';
import { createNearest } from './recall/nearest.ts';
import { recallSoundly } from './recall/query.ts';
import { remember } from './write/remember.ts';
import { rescueShelf } from './rescue.ts';
import { revise } from './write/revise.ts';
import { createSetback } from './vectors/setback.ts';
import { openShelf } from './shelf/shelf.ts';
import { statsOf } from './stats.ts';
import type { VectorIndex } from './vectors/vector-index.ts';
import { verify } from './verify.ts';
import { emptyDictionary, type Dictionary } from './words/dictionary.ts';

export interface MemoryOptions {
  readonly paths: {
    /** The journal's: what may never be lost. */
    readonly ledgerDb: string;
    /** The shelf's; null: in memory, made from the journal each time. */
    readonly memoryDb: string | null;
    /** The folder for what the shelf has and the journal lost; undefined: that goes. */
    readonly exports?: string | undefined;
    /** Where the head of the journal is kept, to know by what was cut off at its end; undefined: nowhere. */
    readonly memoryHead?: string | undefined;
  };
  /** Null: words alone. */
  readonly index: VectorIndex | null;
  /** Each asked once for a text, as long as that is kept: `kept.keeping`. */
  readonly embedder: Embedder;
  /** The model that made the vectors of a space, where it can still be asked. */
  readonly embedderOf: (space: string) => Embedder | null;
  readonly kept: KeptVectors;
  /** None unless said. */
  readonly dictionary?: Dictionary;
  readonly units: readonly string[];
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** Has the store of vectors begun anew by whoever runs it; resolves when it answers again. */
  readonly askForRepair?: FollowerParts['askForRepair'];
}

/** So long a write waits for the index of vectors, which goes on after that. */
const longestWaitMs = 2000;

/**
 * Opens the memory and brings its shelf up to the journal; what it is given stays its giver's to dispose.
 * @throws OmegaError where the ledger cannot be used.
 */
export async function createMemory(options: MemoryOptions): Promise<Memory> {
  const { clock, paths, log } = options;
  using opening = new DisposableStack();
  const books = {
    journal: opening.use(openJournal(paths.ledgerDb)),
    shelf: opening.use(openShelf(paths.memoryDb, log)),
    log,
  };
  if (paths.exports !== undefined) await rescueShelf(books, { folder: paths.exports, clock });
  catchUpForReading(books); // What it has can be told and exported, also where a full disk takes no more.
  const asking = createSetback(clock);
  const follower = createFollower({ ...options, shelf: books.shelf, asking });
  const nearest = createNearest({ ...options, shelf: books.shelf, follower, asking });
  const parts = { dictionary: emptyDictionary, ...options, books, follower, nearest };
  const opened = opening.move();
  const followShortly = async (write: WriteOptions = {}): Promise<void> => {
    await follower.follow({ longestWaitMs, signal: write.signal });
  };
  const followAll = async (how: FollowOptions, write: WriteOptions = {}): Promise<IndexState> => {
    const state = await follower.follow({ ...how, ...write });
    write.signal?.throwIfAborted();
    return state;
  };
  return {
    remember: async (records, write) => {
      const receipts = await remember(records, parts, write);
      await followShortly(write);
      return receipts;
    },
    recall: (query, signal) => recallSoundly(query, parts, signal),
    forget: async (ids, { why, ...write }) => {
      forget(ids, { why }, parts);
      await followShortly(write);
    },
    revise: async (id, revision, write) => {
      const receipt = revise(id, revision, parts);
      await followShortly(write);
      return receipt;
    },
    find: (id) => {
      catchUpForReading(books);
      return findRecord(id, books.shelf);
    },
    stats: () => statsOf(books, { follower, clock }),
    export: () => exportLines(books),
    import: async (lines, write) => {
      const result = await importLines(lines, parts, write);
      await followShortly(write);
      return result;
    },
    rebuild: async (write) => {
      fillAnew(books);
      return await followAll({ isAnew: true }, write);
    },
    catchUp: async (write) => {
      catchUp(books);
      return await followAll({ isThorough: true }, write);
    },
    verify: (write) => verify(parts, write),
    consolidate: async (write) => {
      const done = await consolidate(parts, write);
      const { pending } = await followAll({ isThorough: true, isExact: true }, write);
      return { ...done, pending };
    },
    [Symbol.asyncDispose]: async () => {
      await follower[Symbol.asyncDispose]();
      opened.dispose();
    },
  };
}
