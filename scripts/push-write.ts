import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Push } from '#holding/health/check.ts';
import { pushesIn } from '#holding/health/store/pushes.ts';

/** How long it waits for another process that writes; nothing else is served meanwhile. */
const busyTimeoutMs = 1000;

/**
 * Writes one call down, so that it is on the disk when this returns. The database is opened for it alone: one that was
 * set aside meanwhile is never written to, and one that is not there yet is not made, for that is the worker's.
 * @throws SQLite's own error (busy, full, damaged, not there, without the table yet).
 */
export function writePush(healthDb: string, check: string, push: Push): void {
  const url = pathToFileURL(healthDb);
  url.search = 'mode=rw';
  using db = new DatabaseSync(url, { timeout: busyTimeoutMs });
  db.exec('PRAGMA synchronous = FULL');
  pushesIn(db).add(check, push);
}
