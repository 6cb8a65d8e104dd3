import type { MemoryProbe } from '#holding/health/check.ts';
import type { Memory } from '#holding/memory/memory.ts';
import { openOnce, type OpenMemory } from '#holding/memory/open-memory.ts';
import type { VectorIndex } from '#holding/memory/vectors/vector-index.ts';
import * as unitCatalogue from '#holding/units.ts';
import { systemClock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import { readChromaAddress } from '#ops/chroma-state.ts';
import { createControlClient } from '#ops/control-client.ts';
import { createRepair } from './memory-repair.ts';
import type { Settings } from './settings.ts';
import { allSecrets } from './tool-servers.ts';

/** Whoever may remember: the holding itself, and each business unit. */
export const memoryUnits: readonly string[] = ['holding', ...Object.values(unitCatalogue).map(({ id }) => id)];

/** The memory of this data folder; whoever opened it disposes it, and with it all that it stands on. */
export async function openMemory(settings: Settings, log: Log): Promise<Memory> {
  const index = await openIndex(settings);
  return openOver(index, { settings, log, owned: [index] });
}

/** The memory of a process that lives on, opened when it is first asked for. */
export interface LazyMemory extends AsyncDisposable {
  readonly open: OpenMemory;
  readonly probe: MemoryProbe;
}

/** Opens nothing yet. */
export function lazyMemory(settings: Settings, log: Log): LazyMemory {
  const index = openOnce(() => openIndex(settings));
  const memory = openOnce(async () => openOver(await index.open(), { settings, log, owned: [] }));
  return {
    open: memory.open,
    probe: {
      stats: async () => (await memory.open()).stats(),
      probe: async (signal) => (await index.open()).probe(signal),
    },
    [Symbol.asyncDispose]: async () => {
      await memory[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
    },
  };
}

/** Chroma’s client is large: it is loaded with the first question. */
async function openIndex({ env, paths }: Settings): Promise<VectorIndex> {
  const { createChromaIndex } = await import('#holding/memory/vectors/chroma-index.ts');
  return createChromaIndex({ address: () => env.chromaUrl ?? readChromaAddress(paths) });
}

interface Opening {
  readonly settings: Settings;
  readonly log: Log;
  /** What goes when the memory does. */
  readonly owned: readonly AsyncDisposable[];
}

async function openOver(index: VectorIndex, { settings, log, owned }: Opening): Promise<Memory> {
  const { env, paths } = settings;
  const [{ createMemory }, { openKeptVectors }, { openModel }] = await Promise.all([
    import('#holding/memory/create-memory.ts'),
    import('#holding/memory/vectors/kept-vectors.ts'),
    import('./memory-model.ts'),
  ]);
  await using opening = new AsyncDisposableStack();
  for (const thing of owned) opening.use(thing);
  const kept = opening.use(openKeptVectors(paths.vectorsDb, log));
  const model = opening.use(openModel(env, { kept, log }));
  const askForRepair = createRepair(settings, createControlClient(paths.controlSocket));
  const set = { paths, units: memoryUnits, secrets: allSecrets(settings), clock: systemClock };
  const memory = opening.use(await createMemory({ ...set, ...model, index, kept, log, askForRepair }));
  const opened = opening.move();
  return { ...memory, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
