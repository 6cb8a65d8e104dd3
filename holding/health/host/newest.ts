import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '#lib/errors.ts';

/** More than these in one folder are not looked at one by one: the newest names, as backups are named by their day. */
const mostEntries = 500;

/**
 * When the newest thing in a folder was written, in milliseconds since the epoch; null: there is none. What begins with
 * a dot is under way, an empty file is none, and a folder is as new as what lies in it.
 */
export async function newestIn(folder: string, depth = 2): Promise<number | null> {
  const names = await listed(folder);
  const visible = names
    .filter((name) => !name.startsWith('.'))
    .toSorted()
    .slice(-mostEntries);
  const times = await Promise.all(visible.map((name) => writtenAt(join(folder, name), depth)));
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}

async function writtenAt(path: string, depth: number): Promise<number | null> {
  const stats = await stat(path).catch(() => null); // Gone meanwhile, or a link that leads nowhere.
  if (stats === null) return null;
  if (stats.isDirectory()) return depth === 0 ? null : newestIn(path, depth - 1);
  return stats.isFile() && stats.size > 0 ? stats.mtimeMs : null;
}

/** Empty where there is no such folder. */
async function listed(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
