import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import type { DataPaths } from '#lib/paths.ts';
import { chromaAddress } from './chroma-wire.ts';

/** What the service says of its Chroma, for those who ask it; left by a crash it may speak of one that is gone. */
export const ChromaState = z.object({
  port: z.int().min(1).max(65_535),
  database: z.string(),
  version: z.string(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  /** Whether this start has come so far that it answered. */
  isReady: z.boolean(),
});
export type ChromaState = Readonly<z.infer<typeof ChromaState>>;

/** Null: it was never started here, or nothing can be read of it. */
export function readChromaState({ chromaState }: Pick<DataPaths, 'chromaState'>): ChromaState | null {
  try {
    return ChromaState.parse(JSON.parse(readFileSync(chromaState, 'utf8')));
  } catch {
    return null; // A state that cannot be read says as little as none, and the next start writes another.
  }
}

/** Where the private Chroma answers, as `CHROMA_URL` would say it; null: nowhere. For a client to ask before each call. */
export function readChromaAddress(paths: Pick<DataPaths, 'chromaState'>): string | null {
  const state = readChromaState(paths);
  return state === null ? null : chromaAddress(state);
}

/** For its owner alone: whoever knows the port and the database may read and write it. */
export async function writeChromaState(paths: Pick<DataPaths, 'chromaState'>, state: ChromaState): Promise<void> {
  await writeFileAtomic(paths.chromaState, `${JSON.stringify(state)}\n`);
}
