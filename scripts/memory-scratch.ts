import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import { createMemory } from '#holding/memory/create-memory.ts';
import type { EvaluationDocument } from '#holding/memory/evaluate.ts';
import { openKeptVectors } from '#holding/memory/vectors/kept-vectors.ts';
import type { Memory } from '#holding/memory/memory.ts';
import { createPlainIndex } from '#holding/memory/vectors/plain-index.ts';
import type { VectorIndex } from '#holding/memory/vectors/vector-index.ts';
import { systemClock, type Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import { startPrivateChroma } from '#ops/chroma.ts';
import { prepareDictionary } from './dictionary.ts';
import { openModel } from './memory-model.ts';
import { readSettings } from './settings.ts';

/** A memory in a folder of its own, with a Chroma of its own; all of it is gone when it is disposed. */
export interface ScratchMemory extends AsyncDisposable {
  readonly memory: Memory;
  /** What makes its vectors, and what holds them. */
  readonly model: string;
  readonly index: string;
}

const dayMs = 86_400_000;

/** For these documents: their units, and a clock that stands a day after the newest of them. */
export async function openScratchMemory(options: {
  readonly documents: readonly EvaluationDocument[];
  readonly tell: (words: string) => void;
  readonly signal: AbortSignal;
}): Promise<ScratchMemory> {
  const { documents, tell, signal } = options;
  const { env } = readSettings();
  await prepareDictionary({ tell: (step, ms) => tell(`${step} (${(ms / 1000).toFixed(1)} s)`), signal });
  await using opening = new AsyncDisposableStack();
  const folder = opening.adopt(await mkdtemp(join(tmpdir(), 'omega-memory-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const index = await openIndex(opening, { folder, tell, signal });
  const kept = opening.use(openKeptVectors(null));
  const model = opening.use(openModel(env, { kept, log: silentLog }));
  const memory = opening.use(
    await createMemory({
      paths: { ledgerDb: join(folder, 'ledger.sqlite'), memoryDb: join(folder, 'memory.sqlite') },
      index,
      kept,
      ...model,
      units: [...new Set(['holding', ...documents.map(({ unit }) => unit)])],
      secrets: [],
      clock: clockAfter(documents),
      log: silentLog,
    }),
  );
  const opened = opening.move();
  return {
    memory,
    model: model.embedder.space,
    index: index.name,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Chroma, or where this machine has none an exact index in memory, which finds the same or a little more. */
async function openIndex(
  opening: AsyncDisposableStack,
  { folder, tell, signal }: { folder: string; tell: (words: string) => void; signal: AbortSignal },
): Promise<VectorIndex> {
  try {
    const chroma = opening.use(await startPrivateChroma(join(folder, 'chromadb'), signal));
    return opening.use(createChromaIndex({ address: () => chroma.address }));
  } catch (error) {
    signal.throwIfAborted();
    tell(`Chroma does not run here (${messageOf(error)}), so an index in memory takes its place.`);
    return opening.use(createPlainIndex());
  }
}

function clockAfter(documents: readonly EvaluationDocument[]): Clock {
  const now = Math.max(...documents.map(({ date }) => Date.parse(date))) + dayMs;
  return { ...systemClock, now: () => now };
}
