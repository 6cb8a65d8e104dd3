import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { tryFileLock } from '#lib/file-lock.ts';
import type { DataPaths } from '#lib/paths.ts';

/** Who supervises a data folder. */
export const LockOwner = z.object({
  /** Null: it has only just taken the lock and not yet said who it is. */
  pid: z.int().positive().nullable(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  /** True where systemd's unit started it, and so would start it again. */
  byUnit: z.boolean(),
});
export type LockOwner = Readonly<z.infer<typeof LockOwner>>;

/** Looking at the lock takes it for a moment; who starts at that moment waits so long, in milliseconds. */
const patienceMs = 300;

/**
 * Makes this process the only one that supervises this data folder, until it is disposed or the process ends. The
 * lock is SQLite's on an empty file: the kernel lets go of it even after kill -9, and children do not inherit it. Its
 * folder must be there.
 * @throws OmegaError `E_ALREADY_RUNNING`, exit code 75, where another process holds it.
 */
export async function takeLock(paths: DataPaths, owner: LockOwner): Promise<AsyncDisposable> {
  const lock = tryLock(paths);
  if (lock === null) throw alreadyRunning(readOwner(paths));
  await writeFileAtomic(ownerFile(paths), JSON.stringify(owner));
  return {
    [Symbol.asyncDispose]: async () => {
      await rm(ownerFile(paths), { force: true });
      lock[Symbol.dispose]();
    },
  };
}

/** Who supervises this data folder now; null: nobody. */
export function lockOwner(paths: DataPaths): LockOwner | null {
  if (!existsSync(lockFile(paths))) return null;
  const lock = tryLock(paths);
  if (lock === null) return readOwner(paths);
  lock[Symbol.dispose]();
  return null;
}

function tryLock(paths: DataPaths): Disposable | null {
  return tryFileLock(lockFile(paths), patienceMs);
}

/** A file that is absent or left by an earlier owner says nothing about who holds the lock at this moment. */
function readOwner(paths: DataPaths): LockOwner {
  const nobodyYet = { pid: null, startedAt: Date.now(), byUnit: false };
  try {
    const owner = LockOwner.parse(JSON.parse(readFileSync(ownerFile(paths), 'utf8')));
    return isAlive(owner.pid) ? owner : nobodyYet;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return nobodyYet;
    throw error;
  }
}

/** Whether a process of this id runs. One that has ended, and that nobody has asked after yet, does not. */
export function isAlive(pid: number | null): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  return !isZombie(pid);
}

/** Only Linux tells; elsewhere whatever exists counts as running. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // No /proc, or gone this very moment, which the next look sees.
  }
}

function alreadyRunning(owner: LockOwner): OmegaError {
  return new OmegaError(`Omega already runs here${owner.pid === null ? '' : ` as process ${owner.pid}`}.`, {
    code: 'E_ALREADY_RUNNING',
    hint: 'npm run status shows it, npm run stop ends it.',
    exitCode: 75,
  });
}

function lockFile(paths: DataPaths): string {
  return join(paths.run, 'supervisor.lock');
}

function ownerFile(paths: DataPaths): string {
  return join(paths.run, 'supervisor.json');
}
