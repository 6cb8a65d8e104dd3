import type { DatabaseSync } from 'node:sqlite';

/** SQLite's log beside a database, in which pages still stand as they were before something was erased. */
export interface WriteAheadLog {
  /** Something that was erased may still stand in it. */
  readonly isDue: () => boolean;
  /**
   * Empties it, outside a transaction. Patient: waits for other processes as any statement of this database does.
   * Where they still read what was before, or the disk fails, it stays due: what was committed stays so.
   */
  readonly truncate: (how: { readonly patient: boolean }) => void;
}

/** The log of an open database that several processes may use. */
export function writeAheadLog(db: DatabaseSync): WriteAheadLog {
  const busyTimeoutMs = Number(db.prepare('PRAGMA busy_timeout').get()?.['timeout']);
  let isDue = false;
  return {
    isDue: () => isDue,
    truncate: ({ patient }) => {
      if (!patient) db.exec('PRAGMA busy_timeout = 0');
      try {
        isDue = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] !== 0;
      } catch {
        isDue = true;
      } finally {
        db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      }
    },
  };
}
