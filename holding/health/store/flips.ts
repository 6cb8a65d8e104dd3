import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Flip } from '../health.ts';
import { states } from '../snapshot.ts';

/** The table of flips. */
export interface Flips {
  readonly add: (watched: number, flip: Flip) => void;
  /** Of one check, in the order in which they happened: all since a time, and the one in force then. */
  readonly of: (check: string, since: number) => readonly Flip[];
  /** Of all checks, in the order in which they happened: the newest since a time, of which only so many are looked at. */
  readonly newest: (since: number, limit: number) => readonly Flip[];
  /** Keeps of each check the one in force then. Returns how many went. */
  readonly deleteBefore: (time: number) => number;
}

const State = z.enum(states);
const FlipRow = z.object({ at: z.number(), was: State, became: State, reason: z.string() });
const NamedRow = FlipRow.extend({ check: z.string() });

/** Prepares the statements. */
export function flipsIn(db: DatabaseSync): Flips {
  const insert = db.prepare('INSERT INTO flip (watched, at, was, became, reason) VALUES (?, ?, ?, ?, ?)');
  const select = db.prepare(`
    SELECT at, was, became, reason FROM flip WHERE watched = (SELECT id FROM watched WHERE name = :check)
    AND id >= coalesce(
      (SELECT max(id) FROM flip WHERE watched = (SELECT id FROM watched WHERE name = :check) AND at <= :since), 0)
    ORDER BY id`);
  const selectNewest = db.prepare(`
    SELECT name AS "check", at, was, became, reason FROM (SELECT * FROM flip ORDER BY id DESC LIMIT :limit) AS newest
    JOIN watched ON watched.id = newest.watched WHERE at >= :since ORDER BY newest.id`);
  const deleteRows = db.prepare(`
    DELETE FROM flip WHERE at < :time AND id NOT IN (SELECT max(id) FROM flip WHERE at < :time GROUP BY watched)`);

  return {
    add: (watched, { at, from, to, reason }) => void insert.run(watched, at, from, to, reason),
    of: (check, since) =>
      select.all({ check, since }).map((row) => {
        const { at, was, became, reason } = FlipRow.parse(row);
        return { check, from: was, to: became, at, reason };
      }),
    newest: (since, limit) =>
      selectNewest.all({ since, limit }).map((row) => {
        const { check, at, was, became, reason } = NamedRow.parse(row);
        return { check, from: was, to: became, at, reason };
      }),
    deleteBefore: (time) => Number(deleteRows.run({ time }).changes),
  };
}
