import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateChroma, type PrivateChroma } from '#ops/chroma.ts';

/** A real Chroma for tests, started as the service starts it. */
export interface TestChroma extends PrivateChroma {
  readonly folder: string;
  /** Ends it and writes garbage over its files of vectors, or over all it has; `restart` then starts it on that. */
  readonly corrupt: (what?: 'vectors' | 'all') => Promise<void>;
  /** Ends it and deletes all its data; `restart` then starts it empty. */
  readonly lose: () => Promise<void>;
}

/** Starts one in this folder, or in one of its own that is gone when it is disposed. */
export async function openChroma(folder?: string): Promise<TestChroma> {
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'omega-chroma-')));
  const chroma = await startPrivateChroma(place);
  return {
    folder: place,
    get address() {
      return chroma.address;
    },
    get pid() {
      return chroma.pid;
    },
    kill: chroma.kill,
    restart: chroma.restart,
    corrupt: async (what = 'vectors') => {
      await chroma.kill();
      for (const file of await filesToSpoil(place, what)) await writeFile(file, Buffer.alloc(4096, 0xa5));
    },
    lose: async () => {
      await chroma.kill();
      await rm(place, { recursive: true });
    },
    [Symbol.asyncDispose]: async () => {
      await chroma[Symbol.asyncDispose]();
      if (folder === undefined) await rm(place, { recursive: true, force: true });
    },
  };
}

/** The files of HNSW lie in a folder for each collection; all else is in one database. */
async function filesToSpoil(folder: string, what: 'vectors' | 'all'): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .filter(({ name }) => name.endsWith('.bin') || (what === 'all' && name.startsWith('chroma.sqlite3')))
    .map(({ parentPath, name }) => join(parentPath, name));
}
