import { readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { codeOf, OmegaError } from '#lib/errors.ts';

/** Links to follow before they are taken to go round, as Linux has it. */
const mostLinks = 40;

/** Whether a path leads to one of the folders or below it, links followed. */
export async function isWithinAny(target: string, folders: readonly string[]): Promise<boolean> {
  if (!isAbsolute(target) || target.includes('\0')) return false;
  const real = await realOf(target);
  for (const folder of folders) if (isWithin(real, await realOf(folder))) return true;
  return false;
}

/** Whether a path is the folder or lies below it; of real paths. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith('../') && !isAbsolute(way));
}

/** Where a path really leads, links followed; of one that is not there yet, where it would be made. */
export async function realOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return wouldBe(absolute);
  }
}

/** Step by step as the system goes: `..` in a link leads up from where the link really lies, not from its name. */
async function wouldBe(path: string): Promise<string> {
  let [at, links] = ['/', 0];
  const steps = path.split('/');
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const next = join(at, step);
    const link = await linkAt(next);
    if (link === null) at = next;
    else if ((links += 1) > mostLinks) throw new OmegaError(`Its links go round: ${path}`, { code: 'E_LINKS' });
    else {
      if (isAbsolute(link)) at = '/';
      steps.unshift(...link.split('/'));
    }
  }
  return at;
}

/** What a link says, or null where there is none: it is something else (EINVAL), or nothing. */
async function linkAt(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    if (['EINVAL', 'ENOENT'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}
