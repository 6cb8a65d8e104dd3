import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf } from '#lib/errors.ts';

/** Everyone may read what is served; what it was made from stays the owner's. */
const servedMode = 0o644;

/** Folders in which files and folders come and go; nothing outside of them is ever removed. */
const cleared = ['checks', 'incidents', 'units', 'badge'] as const;

/** Replaces a file where its bytes change, so that one that did not keeps its date. Says whether it did. */
export async function writeChanged(path: string, content: string | Uint8Array): Promise<boolean> {
  if (await holds(path, Buffer.from(content))) return false;
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, content, servedMode);
  return true;
}

async function holds(path: string, bytes: Buffer): Promise<boolean> {
  try {
    const stats = await lstat(path);
    return stats.isFile() && stats.size === bytes.length && bytes.equals(await readFile(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Removes what is no longer part of the site. A link is removed as such, and what it leads to stays. */
export async function removeUnlisted(folder: string, listed: Iterable<string>): Promise<void> {
  const kept = new Set(Array.from(listed, (path) => path.split('/').slice(0, 2).join('/')));
  for (const name of cleared) {
    for (const entry of await entriesOf(join(folder, name))) {
      if (kept.has(`${name}/${entry}`) || isBeingWritten(entry)) continue;
      await rm(join(folder, name, entry), { recursive: true, force: true });
    }
  }
}

/** Of a folder that is one, and no link to another. */
async function entriesOf(path: string): Promise<readonly string[]> {
  try {
    return (await lstat(path)).isDirectory() ? await readdir(path) : [];
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** By another process, a job by hand: it is renamed in a moment. */
function isBeingWritten(entry: string): boolean {
  return entry.endsWith('.tmp');
}

/** No file takes so long to be written. */
const deadMs = 60_000;

/** Removes the halves of files that a killed process left behind. */
export async function removeHalves(folder: string, now: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }); // With types no link is followed.
  for (const { name, parentPath } of entries.filter((entry) => isBeingWritten(entry.name))) {
    const path = join(parentPath, name);
    const stats = await lstat(path).catch(noneOf);
    if (stats !== null && now - stats.mtimeMs > deadMs) await rm(path, { force: true });
  }
}

/** Of what was renamed meanwhile there is none. */
function noneOf(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
