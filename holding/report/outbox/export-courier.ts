import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { createFileAtomic } from '#lib/atomic-file.ts';
import { messageOf } from '#lib/errors.ts';
import type { Courier, Load } from '../outbox.ts';

/** The ledger remembers it by this. */
export const exportName = 'export';

/** Lays reports into a folder, for the owner to fetch: `0042.orp`, each once. */
export function createExportCourier(folder: string): Courier {
  return {
    name: exportName,
    where: { en: 'in the export folder', nl: 'in de exportmap' },
    isReady: () => true,
    carry: async (load, signal) => {
      signal.throwIfAborted();
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        return { kind: 'accepted', reference: await layDown(folder, load) };
      } catch (error) {
        return { kind: 'unreachable', why: messageOf(error) };
      }
    },
  };
}

/** A file of that name with something else in it is the owner's, or of an older ledger: it stays, and this goes beside it. */
async function layDown(folder: string, load: Load): Promise<string> {
  const name = nameOf(load);
  if (await isThere(join(folder, name), load.bytes)) return name;
  const extension = extname(name);
  const hash = createHash('sha256').update(load.bytes).digest('hex').slice(0, 16);
  const other = `${name.slice(0, -extension.length)}-${hash}${extension}`;
  await createFileAtomic(join(folder, other), load.bytes);
  return other;
}

/** `0042.orp`; `open-0003.html` where it is not sealed. */
function nameOf({ seq, fileName }: Load): string {
  return `${seq < 0 ? 'open-' : ''}${String(Math.abs(seq)).padStart(4, '0')}${extname(fileName)}`;
}

/** Makes it where there is none; whether what stands there then is these bytes. */
async function isThere(path: string, bytes: Uint8Array): Promise<boolean> {
  if (await createFileAtomic(path, bytes)) return true;
  return Buffer.compare(await readFile(path), bytes) === 0;
}
