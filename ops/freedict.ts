import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { codeOf } from '#lib/errors.ts';
import { root as repository } from '#lib/paths.ts';
import { Apt, lastAptError } from './apt.ts';
import { firstOnPath, type Tell } from './redis-binary.ts';

/** The Dutch and English dictionaries of freedict.org as Debian packs them (GPL), each a path without its endings; null: not here. */
export interface Freedict {
  readonly dutchEnglish: string | null;
  readonly englishDutch: string | null;
}

const packages = ['dict-freedict-nld-eng', 'dict-freedict-eng-nld'] as const;

/** Where they lie: installed by the system, else unpacked privately; null for one that is in neither place. */
export function findFreedict({ root = repository }: { readonly root?: string } = {}): Freedict {
  const find = (name: string): string | null => {
    const places = ['/usr/share/dictd', join(ownFolder(root), 'usr', 'share', 'dictd')];
    const paths = places.map((folder) => join(folder, name));
    return paths.find((path) => existsSync(`${path}.index`) && existsSync(`${path}.dict.dz`)) ?? null;
  };
  return { dutchEnglish: find('freedict-nld-eng'), englishDutch: find('freedict-eng-nld') };
}

/** Whether both are there. */
export function isComplete({ dutchEnglish, englishDutch }: Freedict): boolean {
  return dutchEnglish !== null && englishDutch !== null;
}

/** Removes what was unpacked privately, so that it is unpacked anew. */
export async function removeFreedict({ root = repository }: { readonly root?: string } = {}): Promise<void> {
  await rm(ownFolder(root), { recursive: true, force: true });
}

export interface UnpackOptions {
  readonly tell: Tell;
  readonly signal: AbortSignal;
  readonly root?: string;
}

/** On a slow line some seconds are needed; without one, apt would wait for each of its sources in turn. */
const longestLoadMs = 15_000;

/**
 * Unpacks them into `.runtime/freedict` with the system's apt, without root; installs nothing system-wide, and takes
 * 15 s at most.
 * @returns why it could not, in words; null: they are there now
 */
export async function unpackFreedict({ tell, signal, root = repository }: UnpackOptions): Promise<string | null> {
  if ((await firstOnPath(['apt-get'])) === null || (await firstOnPath(['dpkg-deb'])) === null)
    return 'this system has no apt';
  const started = performance.now();
  const final = ownFolder(root);
  const scratch = `${final}.${process.pid}.tmp`;
  const patience = AbortSignal.timeout(longestLoadMs);
  try {
    await mkdir(scratch, { recursive: true });
    await unpack(new Apt(scratch, AbortSignal.any([signal, patience])));
    await moveIntoPlace(join(scratch, 'root'), root);
    tell(`Dutch and English dictionaries, private in ${relative(root, final)}`, performance.now() - started);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return patience.aborted ? `apt was not done after ${longestLoadMs / 1000} s` : lastAptError(error);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Another start may have been first: what it put there whole is the same. */
async function moveIntoPlace(from: string, root: string): Promise<void> {
  const to = ownFolder(root);
  try {
    await rename(from, to);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
    if (isComplete(findFreedict({ root }))) return;
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  }
}

function ownFolder(root: string): string {
  return join(root, '.runtime', 'freedict');
}

/** Lists that are missing or old: with fresh ones the second error is the true one. */
async function unpack(apt: Apt): Promise<void> {
  try {
    await apt.unpack(packages);
  } catch {
    apt.signal.throwIfAborted();
    await apt.update();
    await apt.unpack(packages);
  }
}
