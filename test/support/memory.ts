import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemory, type MemoryOptions } from '#holding/memory/create-memory.ts';
import type { Embedder } from '#holding/memory/embed/embedder.ts';
import { openKeptVectors } from '#holding/memory/vectors/kept-vectors.ts';
import type { Memory, NewRecord } from '#holding/memory/memory.ts';
import type { OpenSpace, VectorIndex } from '#holding/memory/vectors/vector-index.ts';
import { gramsOf } from '#holding/memory/words/words.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';

/** A memory over a folder of its own, that can be closed and opened again. */
export interface TestMemory extends AsyncDisposable {
  readonly folder: string;
  /** Opens it as another process does; what it opened is closed at the end. */
  readonly open: (change?: Partial<MemoryOptions>) => Promise<Memory>;
}

/** A folder that is gone when it is disposed; nothing of it is shared. */
export function memoryFolder(usual: Partial<MemoryOptions> = {}): TestMemory {
  const folder = mkdtempSync(join(tmpdir(), 'omega-memory-'));
  const opened = new AsyncDisposableStack();
  return {
    folder,
    open: async (change = {}) => {
      const paths = {
        ledgerDb: join(folder, 'ledger.sqlite'),
        memoryDb: join(folder, 'memory.sqlite'),
        memoryHead: join(folder, 'memory.head'),
        exports: join(folder, 'export'),
      };
      const kept = opened.use(openKeptVectors(null));
      const options = { index: null, embedder: countingGrams('test-grams-v1'), units: ['holding', 'marketing'] };
      const rest = { paths, kept, embedderOf: () => null, secrets: [], clock: systemClock, log: silentLog };
      return opened.use(await createMemory({ ...options, ...rest, ...usual, ...change }));
    },
    [Symbol.asyncDispose]: async () => {
      await opened.disposeAsync();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A fact of the marketing unit that an agent tells; never the same twice unless its text is. */
export function fact(text: string, change: Partial<NewRecord> = {}): NewRecord {
  return { kind: 'fact', unit: 'marketing', text, trust: 'agent', source: { type: 'test' }, ...change };
}

/** A model of a test: counts 4-grams. Everything is zero where a text has no letter. */
export function countingGrams(space: string, dimensions = 64): Embedder {
  return {
    space,
    dimensions: async () => dimensions,
    embed: async (texts, _purpose, signal) => {
      signal.throwIfAborted();
      return texts.map((text) => vectorOf(text, dimensions));
    },
  };
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const gram of gramsOf(text)) {
    const at = createHash('sha256').update(gram).digest().readUInt32BE() % dimensions;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector : vector.map((value) => value / norm);
}

/** An index that a test can take away, break, and give back. */
export interface FickleIndex extends VectorIndex {
  /** What each call meets; null: nothing. */
  fault: 'away' | 'broken' | 'hanging' | null;
  /** Where true, no space can be dropped while it is broken. */
  isStuck: boolean;
  /** How many vectors were put. */
  puts: number;
}

/** What is behind it is asked unless a fault is set. A broken one is whole again once its space was dropped. */
export function fickle(index: VectorIndex): FickleIndex {
  const meet = async (signal: AbortSignal): Promise<void> => {
    if (self.fault === 'away') throw new OmegaError('It does not answer', { code: 'E_INDEX_AWAY' });
    if (self.fault === 'broken') throw new OmegaError('It answers with faults', { code: 'E_INDEX_BROKEN' });
    if (self.fault !== 'hanging') return;
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  };
  const self: FickleIndex = {
    fault: null,
    isStuck: false,
    puts: 0,
    name: index.name,
    open: async (space, signal) => {
      await meet(signal);
      return fickleSpace(await index.open(space, signal), { meet, count: (points) => (self.puts += points) });
    },
    drop: async (name, signal) => {
      if (self.fault === 'broken' && !self.isStuck) self.fault = null;
      await meet(signal);
      await index.drop(name, signal);
    },
    spaces: async (signal) => {
      await meet(signal);
      return await index.spaces(signal);
    },
    probe: async (signal) => {
      await meet(signal);
      return await index.probe(signal);
    },
    [Symbol.asyncDispose]: () => index[Symbol.asyncDispose](),
  };
  return self;
}

function fickleSpace(
  space: OpenSpace,
  { meet, count }: { readonly meet: (signal: AbortSignal) => Promise<void>; readonly count: (points: number) => void },
): OpenSpace {
  return {
    generation: space.generation,
    put: async (points, signal) => {
      await meet(signal);
      await space.put(points, signal);
      count(points.length);
    },
    remove: async (ids, signal) => {
      await meet(signal);
      await space.remove(ids, signal);
    },
    nearest: async (vector, query, signal) => {
      await meet(signal);
      return await space.nearest(vector, query, signal);
    },
    count: async (signal) => {
      await meet(signal);
      return await space.count(signal);
    },
    ids: async (signal) => {
      await meet(signal);
      return await space.ids(signal);
    },
  };
}
