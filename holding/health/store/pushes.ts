import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Push, PushProbe } from '../check.ts';

/** The table of calls of push URLs in an open database. */
export interface Pushes extends PushProbe {
  readonly add: (check: string, push: Push) => void;
  /** Keeps of each check the last of each kind. Returns how many went. */
  readonly deleteBefore: (time: number) => number;
}

const Row = z.object({
  at: z.number(),
  kind: z.enum(['start', 'success', 'fail', 'log']),
  run: z.string().nullable(),
  exitCode: z.number().nullable(),
  body: z.string(),
});

/** Prepares the statements. */
export function pushesIn(db: DatabaseSync): Pushes {
  const insert = db.prepare('INSERT INTO push (watched, at, kind, run, exit, body) VALUES (?, ?, ?, ?, ?, ?)');
  // In the order in which they came: their times may lie, where the clock was set back.
  const select = db.prepare(`
    SELECT at, kind, run, exit AS exitCode, body FROM push WHERE watched = :check AND (at >= :since OR id IN
      (SELECT max(id) FROM push WHERE watched = :check AND at < :since GROUP BY kind))
    ORDER BY id`);
  const selectOne = db.prepare('SELECT 1 FROM push WHERE watched = ? AND at BETWEEN ? AND ? LIMIT 1');
  const deleteRows = db.prepare(`
    DELETE FROM push WHERE at < :time
    AND id NOT IN (SELECT max(id) FROM push WHERE at < :time GROUP BY watched, kind)`);
  return {
    add: (check, { at, kind, run, exitCode, body }) => void insert.run(check, at, kind, run, exitCode, body),
    of: (check, since) => select.all({ check, since }).map((row) => Row.parse(row)),
    heardBetween: (check, from, to) => selectOne.get(check, from, to) !== undefined,
    deleteBefore: (time) => Number(deleteRows.run({ time }).changes),
  };
}
