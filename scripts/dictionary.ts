import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildDictionary, dictionaryVersion, type DictionarySources } from '#holding/memory/words/build-dictionary.ts';
import { openDictionary } from '#holding/memory/words/dictionary.ts';
import { systemClock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { root as repository } from '#lib/paths.ts';
import { damageOf } from '#lib/sqlite.ts';
import { findFreedict, isComplete, removeFreedict, unpackFreedict } from '#ops/freedict.ts';
import { isAlive } from '#ops/lock.ts';
import type { PrepareOptions } from './prepare.ts';

/** The dictionary of the memory: of this checkout, for it is made of what lies here. */
export const dictionaryFile = dictionaryIn(repository);

export interface DictionaryOptions extends Pick<PrepareOptions, 'tell' | 'signal'> {
  /** Of the checkout. */
  readonly root?: string;
}

const askAgainMs = 86_400_000;

/**
 * Makes the dictionary where what it is made of has changed; without the larger ones it has Omega's own words alone.
 * Memory works without it too, so whatever goes wrong is told and stops nothing.
 */
export async function prepareDictionary({ tell, signal, root = repository }: DictionaryOptions): Promise<void> {
  try {
    await removeLeftovers(root);
    await load({ tell, signal, root });
    await make({ tell, signal, root });
  } catch (error) {
    signal.throwIfAborted();
    warn(`The dictionary of the memory cannot be made: ${messageOf(error)}.`, 'See to the folder .runtime.');
  }
}

/** Why the larger dictionaries could not be had, in words, as the last start that asked for them was told; null: they could. */
export async function whyRefused(root = repository): Promise<string | null> {
  return await readFile(refusedIn(root), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}

/** Where it lies in a checkout. */
export function dictionaryIn(root: string): string {
  return join(root, '.runtime', 'dictionary.sqlite');
}

/** That they could not be had, so that not every start asks for them anew. */
function refusedIn(root: string): string {
  return join(root, '.runtime', 'freedict.refused');
}

/** What an earlier, killed start left; one that still runs keeps its own. */
async function removeLeftovers(root: string): Promise<void> {
  const folder = join(root, '.runtime');
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const pid = /^(?:dictionary\.sqlite|freedict)\.(\d+)\.tmp/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function load({ tell, signal, root }: Required<DictionaryOptions>): Promise<void> {
  if (isComplete(findFreedict({ root })) || (await wasJustRefused(root))) return;
  const refusal = await unpackFreedict({ tell, signal, root });
  if (refusal === null) return await rm(refusedIn(root), { force: true });
  warn(
    `Dutch and English dictionaries could not be loaded: ${refusal}.`,
    'Memory finds less across languages; a start after a day tries again, npm run doctor says how to install them.',
  );
  await writeFile(refusedIn(root), `${refusal}\n`);
}

async function wasJustRefused(root: string): Promise<boolean> {
  if (!existsSync(refusedIn(root))) return false;
  const agoMs = systemClock.now() - (await stat(refusedIn(root))).mtimeMs;
  return agoMs >= 0 && agoMs < askAgainMs;
}

async function make({ tell, signal, root }: Required<DictionaryOptions>): Promise<void> {
  const path = dictionaryIn(root);
  const sources = findFreedict({ root });
  if (madeVersion(path) === dictionaryVersion(sources)) return;
  const started = performance.now();
  const { entries } = await buildFrom(sources, path, root);
  signal.throwIfAborted();
  tell(`dictionary of ${entries} words`, performance.now() - started);
}

/** Of Omega's own words alone where the larger ones are damaged, which the next start then loads anew. */
async function buildFrom(
  sources: DictionarySources,
  path: string,
  root: string,
): Promise<{ readonly entries: number }> {
  try {
    return buildDictionary(path, sources);
  } catch (error) {
    if (sources.dutchEnglish === null && sources.englishDutch === null) throw error;
    warn(
      `The Dutch and English dictionaries cannot be read: ${messageOf(error)}.`,
      'Start again: they are loaded anew.',
    );
    await removeFreedict({ root });
    return buildDictionary(path, { dutchEnglish: null, englishDutch: null });
  }
}

/** Null where there is none, or a damaged one. */
function madeVersion(path: string): string | null {
  try {
    if (!existsSync(path) || damageOf(path) !== null) return null;
    using dictionary = openDictionary(path);
    return dictionary.version;
  } catch {
    return null; // Not to be opened: it is made anew.
  }
}

function warn(what: string, hint: string): void {
  process.stderr.write(`! ${what}\n  → ${hint}\n`);
}
