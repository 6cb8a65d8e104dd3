import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import { createMemory } from '#holding/memory/create-memory.ts';
import type { Embedder } from '#holding/memory/embed/embedder.ts';
import { openKeptVectors } from '#holding/memory/vectors/kept-vectors.ts';
import type { Memory } from '#holding/memory/memory.ts';
import type { VectorIndex } from '#holding/memory/vectors/vector-index.ts';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { openModel } from '../../scripts/memory-model.ts';
import { readSettings } from '../../scripts/settings.ts';
import { openChroma, type TestChroma } from './chroma.ts';

/** A memory with the local model and a Chroma that can be asked past it, and broken. */
export interface ScaleMemory extends AsyncDisposable {
  readonly memory: Memory;
  readonly index: VectorIndex;
  readonly embedder: Embedder;
  readonly chroma: TestChroma;
}

/** Opens one in a folder of its own that is gone with it; vectors are kept there, as they are in the data folder. */
export async function openScaleMemory(): Promise<ScaleMemory> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.adopt(await mkdtemp(join(tmpdir(), 'omega-scale-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const chroma = opening.use(await openChroma(join(folder, 'chromadb')));
  const index = opening.use(createChromaIndex({ address: () => chroma.address }));
  const kept = opening.use(openKeptVectors(join(folder, 'vectors.sqlite')));
  const { env } = readSettings();
  // Whatever the owner has set: ten thousand texts are nothing to send to a model that asks for money.
  const local: typeof env = {
    ...env,
    embeddings: { provider: 'local', url: undefined, model: undefined, apiKey: undefined },
  };
  const model = opening.use(openModel(local, { kept, log: silentLog }));
  const memory = opening.use(
    await createMemory({
      paths: { ledgerDb: join(folder, 'ledger.sqlite'), memoryDb: join(folder, 'memory.sqlite') },
      ...model,
      index,
      kept,
      units: ['marketing'],
      secrets: [],
      clock: systemClock,
      log: silentLog,
    }),
  );
  const opened = opening.move();
  return { memory, index, embedder: model.embedder, chroma, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** What a process has in memory, in MiB; NaN where the system has no `/proc`. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
