import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './errors.ts';

/**
 * Replaces a file so that a reader sees the old content or the new, never a half, even over a power cut.
 * @throws the file system's own error (ENOSPC, EACCES, …); the old file is then untouched.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = besideIt(path);
  try {
    await writeAndSync(temporary, content, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Makes a file that appears as a whole or not at all; false where there is one already, which stays as it is.
 * @throws the file system's own error (ENOSPC, EACCES, …); nothing is left behind then.
 */
export async function createFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): Promise<boolean> {
  const temporary = besideIt(path);
  try {
    await writeAndSync(temporary, content, mode);
    await link(temporary, path); // Unlike a rename it never takes the place of a file that is there.
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
  return true;
}

function besideIt(path: string): string {
  return `${path}.${process.pid}.${crypto.randomUUID()}.tmp`;
}

async function writeAndSync(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  await file.writeFile(content);
  await file.sync();
}

/** The rename itself is only durable once the folder is synced. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
