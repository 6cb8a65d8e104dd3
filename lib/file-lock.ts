import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a lock on an empty file, made where there is none, until it is disposed or the process ends; null: another one
 * holds it, after so many milliseconds in which this process stands still. The lock is SQLite's: the kernel lets go of
 * it even after kill -9, and children do not inherit it. Its folder must be there.
 */
export function tryFileLock(path: string, patienceMs: number): Disposable | null {
  const database = new DatabaseSync(path, { timeout: patienceMs });
  try {
    // Nothing is ever written in the transaction, so the file stays empty.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

function isBusy(error: unknown): boolean {
  const sqliteBusy = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
