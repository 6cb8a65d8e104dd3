import { readFileSync, statSync } from 'node:fs';
import { OmegaError } from '#lib/errors.ts';

/** A bundle of every authority that there is takes a quarter of it. */
const mostBytes = 1_048_576;

/**
 * Reads a file that the owner named: a pipe would hold up everything, and a device never ends.
 * @throws OmegaError `E_NO_FILE` where it is no file or a large one, and the system's error where it cannot be read.
 */
export function readSmallFile(path: string): string {
  const stats = statSync(path);
  if (stats.isFile() && stats.size <= mostBytes) return readFileSync(path, 'utf8');
  throw new OmegaError(`${path} is no file of at most ${mostBytes / 1_048_576} MB`, { code: 'E_NO_FILE' });
}
