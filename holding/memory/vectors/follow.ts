import type { Clock } from '#lib/clock.ts';
import { bringOrMend, type BringOptions, type BringParts } from './bring.ts';
import type { IndexState } from '../memory.ts';
import { createSetback, type Setback } from './setback.ts';
import type { VectorIndex } from './vector-index.ts';

/** Brings the index of vectors up to the shelf: by its state, so that it may break off anywhere, and be done by anyone. */
export interface Follower extends AsyncDisposable {
  /** Never rejects for the index or the model: what they lack stands in the state. One goes on at a time. */
  readonly follow: (options?: FollowOptions) => Promise<IndexState>;
  readonly state: () => IndexState;
}

export interface FollowOptions extends BringOptions {
  /** Ends the wait, and nothing else: what was begun goes on. */
  readonly signal?: AbortSignal | undefined;
  readonly longestWaitMs?: number;
}

export interface FollowerParts extends Omit<BringParts, 'index'> {
  readonly index: VectorIndex | null;
  /** How it went with those who ask the index. */
  readonly asking: Setback;
  readonly clock: Clock;
  /** Has the store of vectors begun anew by whoever runs it; resolves when it answers again. */
  readonly askForRepair?: ((reason: string, signal: AbortSignal) => Promise<void>) | undefined;
}

const repairsApartMs = 30_000;

export function createFollower(parts: FollowerParts): Follower {
  const { clock, log, asking } = parts;
  const lifetime = new AbortController();
  const bringing = createSetback(clock);
  let running: Promise<void> | undefined;
  let repairAt = -Infinity;

  const mayRepair = (): boolean => clock.monotonic() - repairAt >= repairsApartMs;
  const run = async (index: VectorIndex, options: BringOptions): Promise<void> => {
    const work = { ...parts, index, options, signal: lifetime.signal };
    try {
      await bringOrMend(work, async (reason) => {
        if (parts.askForRepair === undefined || !mayRepair()) return false;
        repairAt = clock.monotonic();
        await parts.askForRepair(reason, lifetime.signal);
        return true;
      });
      if (bringing.clear()) log.info('The index of vectors is brought up to date again');
      asking.clear();
    } catch (error) {
      if (lifetime.signal.aborted) return;
      if (bringing.note(error)) log.warn('The index of vectors cannot be brought up to date', { error });
    }
  };
  let last: IndexState | undefined; // Once it is disposed the shelf may be closed, while somebody still waits.
  const state = (): IndexState =>
    last ?? {
      ...standing(parts),
      fault: bringing.words() ?? asking.words() ?? (parts.index === null ? noIndex : null),
    };
  const waitFor = async (work: Promise<void>, { signal, longestWaitMs = Infinity }: FollowOptions): Promise<void> => {
    using ends = endOfWait({ clock, signal, longestWaitMs });
    await Promise.race([work, ends.promise]);
  };
  return {
    follow: async (options = {}) => {
      const { index } = parts;
      const isEarly = bringing.current() !== null;
      const isForced = options.isThorough === true || options.isAnew === true;
      if (isForced && running !== undefined) await waitFor(running, options);
      if (index === null || lifetime.signal.aborted || (isEarly && !isForced)) return state();
      running ??= run(index, options).finally(() => {
        running = undefined;
      });
      await waitFor(running, options);
      return state();
    },
    state,
    [Symbol.asyncDispose]: async () => {
      last = state();
      lifetime.abort();
      await running;
    },
  };
}

/** Resolves when somebody who waits has waited enough; disposing it lets go of the clock. */
function endOfWait({
  clock,
  signal,
  longestWaitMs,
}: Pick<FollowOptions, 'signal'> & { clock: Clock; longestWaitMs: number }): {
  readonly promise: Promise<void>;
} & Disposable {
  const { promise, resolve } = Promise.withResolvers<void>();
  const letGo = new AbortController();
  const end = (): void => resolve();
  signal?.addEventListener('abort', end, { once: true, signal: letGo.signal });
  if (signal?.aborted === true) end();
  if (Number.isFinite(longestWaitMs)) clock.sleep(longestWaitMs, letGo.signal).then(end, end);
  return { promise, [Symbol.dispose]: () => letGo.abort() };
}

const noIndex = 'There is no index of vectors here: what is recalled is found by its words alone';

function standing({ shelf, embedder }: FollowerParts): Omit<IndexState, 'fault'> {
  const current = shelf.spaces().find(({ isCurrent }) => isCurrent)?.name ?? embedder.space;
  const next = current === embedder.space ? null : embedder.space;
  return { space: current, next, pending: shelf.pendingCount(embedder.space) };
}
