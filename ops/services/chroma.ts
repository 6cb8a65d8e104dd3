import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OmegaError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { damageOf } from '#lib/sqlite.ts';
import { findChroma } from '../chroma-binary.ts';
import { hasStamp, prepareChromaFolder, setBrokenAside } from '../chroma-folder.ts';
import { endChromaOrphans } from '../chroma-orphan.ts';
import { removeLeftSegments } from '../chroma-segments.ts';
import { readChromaState, writeChromaState, type ChromaState } from '../chroma-state.ts';
import { askForDatabase, askHeartbeat, freePort } from '../chroma-wire.ts';
import { chromaCommand } from '../chroma.ts';
import { makeFolders } from '../folders.ts';
import { defineService } from '../service.ts';

/**
 * The private Chroma; an address of the owner's own makes it needless, and without a server for this system there is
 * none: the memory then recalls by words alone.
 */
export default defineService({
  name: 'chroma',
  summary: 'the memory’s index of vectors: a private Chroma on loopback',
  enabled: ({ env }) => env.chromaUrl === undefined && findChroma() !== null,
  command: async ({ paths }) => {
    await makeFolders(paths);
    await endChromaOrphans(paths.chroma);
    await markIfDamaged(paths);
    await setBrokenAside(paths.chroma, paths.chromaBroken);
    const stamp = await prepareChromaFolder(paths.chroma);
    await removeLeftSegments(paths.chroma);
    const port = await freePort(); // Another one each time: where it is taken in between, the next start finds another.
    await writeChromaState(paths, { ...stamp, port, startedAt: Date.now(), isReady: false });
    return chromaCommand({ folder: paths.chroma, port });
  },
  liveness: async ({ paths }, signal) => askHeartbeat(started(paths).port, signal),
  readiness: async ({ paths }, signal) => {
    const state = started(paths);
    await askForDatabase(state.port, state.database, signal);
    signal.throwIfAborted(); // Of a start that ended meanwhile nothing may be written over the next one's.
    await writeChromaState(paths, { ...state, isReady: true });
  },
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 5000,
});

function started(paths: DataPaths): ChromaState {
  const state = readChromaState(paths);
  if (state !== null) return state;
  throw new OmegaError(`${paths.chromaState} cannot be read.`, { code: 'E_CHROMA_NOT_READY' });
}

/**
 * With a database that is damaged Chroma ends at once, each time, and nobody could ask it to say so; one beside which
 * the stamp is gone could be reached by nobody.
 */
async function markIfDamaged(paths: DataPaths): Promise<void> {
  const database = join(paths.chroma, 'chroma.sqlite3');
  if (!existsSync(database)) return;
  const hasFailed = readChromaState(paths)?.isReady === false;
  const damage = (await hasStamp(paths.chroma)) ? (hasFailed ? damageIn(database) : null) : 'its stamp cannot be read';
  if (damage !== null) await writeFile(paths.chromaBroken, `${damage}\n`, { mode: 0o600 });
}

function damageIn(database: string): string | null {
  try {
    return damageOf(database);
  } catch {
    return null; // It cannot be read at all: Chroma itself will say why.
  }
}
