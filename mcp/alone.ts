import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { OmegaError } from '#lib/errors.ts';

/** What is done alone takes milliseconds. */
const patienceMs = 10_000;
const betweenTriesMs = 10;

/**
 * Reads and writes a file while no other process does so by this means, nor anybody else in this one. The lock is
 * SQLite's on an empty file beside it: the kernel lets go of it even after kill -9.
 * @throws OmegaError `E_LOCKED`, exit code 75, where another one holds it for too long.
 */
export async function alone<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lockFile = `${path}.lock`;
  closeSync(openSync(lockFile, 'a', 0o600));
  using lock = new DatabaseSync(lockFile, { timeout: 0 });
  for (let waitedMs = 0; !isTaken(lock); waitedMs += betweenTriesMs) {
    if (waitedMs >= patienceMs) throw lockedError(path);
    await sleep(betweenTriesMs);
  }
  return await work();
}

/** Nothing is ever written in the transaction, so the file stays empty; it ends with the connection. */
function isTaken(lock: DatabaseSync): boolean {
  const busy = 5;
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return false;
    throw error;
  }
}

function lockedError(path: string): OmegaError {
  return new OmegaError(`Another process has been writing ${path} for ${patienceMs / 1000} s`, {
    code: 'E_LOCKED',
    hint: 'Try again; if it stays so, end that process.',
    exitCode: 75,
  });
}
