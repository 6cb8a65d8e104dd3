import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createFileAtomic } from './atomic-file.ts';
import { codeOf } from './errors.ts';

/** A shorter one was cut off, such as by a full disk or a power cut: it counts as none. */
export const shortestSecret = 16;

/**
 * The secret in a file that its owner alone can read; made where there is none, or only the beginning of one. Of
 * several processes that make it at once all get the same.
 * @throws the file system's own error, such as ENOSPC; no half of a secret is left then.
 */
export async function ensureSecret(path: string): Promise<string> {
  for (;;) {
    const secret = await readSecret(path);
    if (secret !== null && secret.length >= shortestSecret) return secret;
    if (secret !== null) await rm(path, { force: true });
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await createFileAtomic(path, `${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}\n`);
  }
}

/** Null where there is no file. */
async function readSecret(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
