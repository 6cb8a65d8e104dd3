import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Flip } from '../health.ts';
import { states, type Incident } from '../snapshot.ts';

/** An incident as stored: by the check's id, without its name. */
export type StoredIncident = Omit<Incident, 'name'>;

/** The tables of flips and of the incidents that they open and close. */
export interface Flips {
  readonly add: (watched: number, flip: Flip) => void;
  /** Of one check, in the order in which they happened: all since a time, and the one in force then. */
  readonly of: (check: string, since: number) => readonly Flip[];
  /** Open ones, and those that ended since a time; the newest first, at most 50. */
  readonly incidents: (since: number) => readonly StoredIncident[];
  /** Keeps of each check the one in force then. Returns how many went. */
  readonly deleteBefore: (time: number) => number;
}

const State = z.enum(states);
const FlipRow = z.object({ at: z.number(), was: State, became: State, reason: z.string() });
const IncidentRow = z.object({
  id: z.number(),
  check: z.string(),
  state: State,
  from: z.number(),
  to: z.number().nullable(),
  reason: z.string(),
});

/** Prepares the statements. */
export function flipsIn(db: DatabaseSync): Flips {
  const insert = db.prepare('INSERT INTO flip (watched, at, was, became, reason) VALUES (?, ?, ?, ?, ?)');
  const open = db.prepare('INSERT OR IGNORE INTO incident (watched, began, state, reason) VALUES (?, ?, ?, ?)');
  const close = db.prepare('UPDATE incident SET ended = max(began, ?) WHERE watched = ? AND ended IS NULL');
  const select = db.prepare(`
    SELECT at, was, became, reason FROM flip WHERE watched = (SELECT id FROM watched WHERE name = :check)
    AND id >= coalesce(
      (SELECT max(id) FROM flip WHERE watched = (SELECT id FROM watched WHERE name = :check) AND at <= :since), 0)
    ORDER BY id`);
  const incidents = db.prepare(`
    SELECT incident.id, name AS "check", state, began AS "from", ended AS "to", reason
    FROM incident JOIN watched ON watched.id = incident.watched
    WHERE ended IS NULL OR ended >= ? ORDER BY incident.id DESC LIMIT 50`);
  const deleteRows = db.prepare(`
    DELETE FROM flip WHERE at < :time AND id NOT IN (SELECT max(id) FROM flip WHERE at < :time GROUP BY watched)`);
  const deleteIncidents = db.prepare('DELETE FROM incident WHERE ended < ?');

  return {
    add(watched, { at, from, to, reason }) {
      insert.run(watched, at, from, to, reason);
      // Unknown, blocked or flapping time in between does not end an incident: only what is known to work,
      // or to be set up no more, does.
      if (to === 'down') open.run(watched, at, to, reason);
      if (['up', 'degraded', 'off'].includes(to)) close.run(at, watched);
    },
    of: (check, since) =>
      select.all({ check, since }).map((row) => {
        const { at, was, became, reason } = FlipRow.parse(row);
        return { check, from: was, to: became, at, reason };
      }),
    incidents: (since) => incidents.all(since).map((row) => IncidentRow.parse(row)),
    deleteBefore: (time) => Number(deleteRows.run({ time }).changes) + Number(deleteIncidents.run(time).changes),
  };
}
