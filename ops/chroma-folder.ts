import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { requireChroma } from './chroma-binary.ts';

/** What lies beside the data of a private Chroma: whose it is, and which server wrote it last. */
export const ChromaStamp = z.object({
  /** The name of Omega's database in it: random, so that a client knows its own server from another's by it. */
  database: z.string().regex(/^omega-[0-9a-f]{32}$/),
  version: z.string(),
});
export type ChromaStamp = Readonly<z.infer<typeof ChromaStamp>>;

/** So many broken ones are kept for whoever wants to know why. */
const mostAside = 2;

/**
 * Makes the folder where it is missing, and notes that this version writes it from now on.
 * @throws OmegaError `E_NEWER_DATA` where a newer server has written it.
 */
export async function prepareChromaFolder(folder: string): Promise<ChromaStamp> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { version } = requireChroma();
  const before = await readStamp(folder);
  if (before?.version === version) return before;
  if (before !== null && isNewer(before.version, version)) throw newerData(folder, { had: before.version, version });
  const stamp = { database: before?.database ?? newDatabase(), version };
  await writeFileAtomic(stampFile(folder), `${JSON.stringify(stamp)}\n`);
  return stamp;
}

/**
 * Where a marker says that the data is broken, moves it out of the way, so that it is made anew from the journal.
 * @returns where it went; null: there was nothing to move.
 */
export async function setBrokenAside(folder: string, marker: string, now = new Date()): Promise<string | null> {
  if (!(await isThere(marker))) return null;
  const aside = `${folder}.broken-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  const hasMoved = await renameIfThere(folder, aside);
  await removeOldest(folder);
  await rm(marker, { force: true }); // Last: a crash before it only means that there is nothing left to move.
  return hasMoved ? aside : null;
}

/** Whether whose it is can be read: else a database that lies in it would be stranded under a name that nobody knows. */
export async function hasStamp(folder: string): Promise<boolean> {
  return (await readStamp(folder)) !== null;
}

function stampFile(folder: string): string {
  return join(folder, 'omega.json');
}

/** One that cannot be read is none: what it vouches for can be made anew. */
async function readStamp(folder: string): Promise<ChromaStamp | null> {
  try {
    return ChromaStamp.parse(JSON.parse(await readFile(stampFile(folder), 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

function newDatabase(): string {
  return `omega-${crypto.randomUUID().replaceAll('-', '')}`;
}

function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0;
}

function newerData(folder: string, { had, version }: { had: string; version: string }): OmegaError {
  return new OmegaError(`${folder} was written by Chroma ${had}, and this Omega has Chroma ${version}`, {
    code: 'E_NEWER_DATA',
    hint: `Start the newer Omega again, or move it away (mv '${folder}' '${folder}.newer'): it is made anew from the journal.`,
    permanent: true,
  });
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Their names sort by time. */
async function removeOldest(folder: string): Promise<void> {
  const parent = dirname(folder);
  const names = (await readdir(parent)).filter((name) => name.startsWith(`${basename(folder)}.broken-`));
  for (const name of names.toSorted().slice(0, -mostAside)) {
    await rm(join(parent, name), { recursive: true, force: true });
  }
}
