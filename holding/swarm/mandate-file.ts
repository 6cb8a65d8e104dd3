import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createFileAtomic } from '#lib/atomic-file.ts';
import { codeOf } from '#lib/errors.ts';
import type { Place } from './mandate-standing.ts';

export interface MandateFile extends Place {
  /** Says that the mandate was there once; it lies where no tool and no editor comes. */
  readonly sign: string;
}

/**
 * The text of a unit's mandate; null where it was there once and is not any more, for the shipped one may allow more
 * than the lost one did. Where it never was, the shipped one is put there, whoever made the folder.
 */
export async function readMandateFile(file: MandateFile, shipped: string): Promise<string | null> {
  // Before the mandate: another process writes them the other way round.
  const isKnown = await isThere(file.sign);
  if (!isKnown) await putMandate(file, shipped);
  const text = await textOf(file.path);
  if (text !== null && !isKnown) await sign(file);
  return text;
}

/** Puts a mandate with its folders where there is none; one that is there stays as it is. */
export async function putMandate({ folder, path }: Place, text: string): Promise<void> {
  for (const name of ['documents', 'reports']) await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  await createFileAtomic(path, text);
}

async function sign({ sign: path, path: mandate }: MandateFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await createFileAtomic(
    path,
    `${mandate} was there once. Should it be lost, the shipped one does not take its place.\n`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
}
