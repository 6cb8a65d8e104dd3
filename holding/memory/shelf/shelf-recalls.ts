import { recordOrNull, selectRecord } from './shelf-records.ts';
import type { ShelfDb } from './shelf-db.ts';
import type { Shelf } from './shelf.ts';

/** What was told to whom. It is in no journal: a shelf that is begun anew has none of it. */
export type ShelfRecalls = Pick<Shelf, 'noteRecall' | 'recalledBy' | 'recalledSince' | 'lastRecall' | 'pruneRecalls'>;

export function shelfRecalls(db: ShelfDb): ShelfRecalls {
  return {
    noteRecall: ({ at, tookMs, runId, ids }) => {
      const note = (): void => {
        const row = db.one('INSERT INTO recall (at, took_ms, run_id) VALUES (?, ?, ?) RETURNING n', at, tookMs, runId);
        for (const id of ids) db.run('INSERT OR IGNORE INTO recalled VALUES (?, ?)', row?.['n'] ?? null, id);
      };
      // A run must not repeat it; without one it only says when it was last asked for, and nobody waits for that.
      if (runId === null) db.unlessBusy(note);
      else db.whole(note);
    },
    recalledBy: (runId) =>
      db
        .all(
          `${selectRecord} WHERE id IN (SELECT id FROM recalled JOIN recall USING (n) WHERE run_id = ?) ORDER BY seq`,
          runId,
        )
        .flatMap((row) => recordOrNull(row) ?? []),
    recalledSince: (at) =>
      db.all('SELECT DISTINCT id FROM recalled JOIN recall USING (n) WHERE at >= ?', at).map(({ id }) => String(id)),
    lastRecall: () => {
      const row = db.one('SELECT at, took_ms FROM recall ORDER BY n DESC LIMIT 1');
      return row === undefined ? null : { at: Number(row['at']), tookMs: Number(row['took_ms']) };
    },
    pruneRecalls: (before) =>
      db.whole(() => {
        // The last one is what lastRecall tells.
        const old = 'SELECT n FROM recall WHERE at < ? AND n < (SELECT max(n) FROM recall)';
        db.run(`DELETE FROM recalled WHERE n IN (${old})`, before);
        return db.run(`DELETE FROM recall WHERE n IN (${old})`, before);
      }),
  };
}
