import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '#lib/log.ts';
import { transact } from '#lib/sqlite.ts';

/** Writes what is only remembered: a full disk or a locked file ends neither a call nor the process. */
export interface Bookkeeping {
  /** Writes now; where that fails the newest of each name waits in memory, and is tried again. Never throws. */
  readonly write: (name: string, work: () => void) => void;
  readonly isWaiting: (name: string) => boolean;
  /** Tries once more what waits, and then no more. */
  readonly close: () => void;
}

/** Each try may block for as long as SQLite waits for another process, so it is made no more often than this. */
const retryMs = 5000;

export function keepBooks(db: DatabaseSync, log: Log): Bookkeeping {
  const waiting = new Map<string, () => void>();
  let retry: NodeJS.Timeout | undefined;
  let hasFailed = false;

  function writeAll(): void {
    clearTimeout(retry);
    retry = undefined;
    if (waiting.size === 0) return;
    try {
      transact(db, () => waiting.forEach((work) => work()));
      waiting.clear();
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) log.error('What is known of the tool servers cannot be written; it is kept in memory', { error });
      hasFailed = true;
      retry = setTimeout(writeAll, retryMs).unref();
    }
  }

  return {
    write: (name, work) => {
      waiting.delete(name);
      waiting.set(name, work);
      if (retry === undefined) writeAll();
    },
    isWaiting: (name) => waiting.has(name),
    close: () => {
      writeAll();
      clearTimeout(retry);
    },
  };
}
