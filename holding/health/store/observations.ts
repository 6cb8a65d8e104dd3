import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Status } from '../check.ts';
import type { Look } from '../state/evidence.ts';

/** One look, as it was stored: raw, whatever was decided. */
export interface Observation {
  readonly check: string;
  readonly at: number;
  readonly status: Status;
  readonly latencyMs: number | null;
  /** Null where it was ok. */
  readonly reason: string | null;
}

/** The table of raw looks in an open database. */
export interface Observations {
  readonly add: (watched: number, look: Look) => void;
  /** All since a time, oldest first. */
  readonly since: (time: number) => readonly Observation[];
  /** Returns how many went. */
  readonly deleteBefore: (time: number) => number;
}

/** A status is stored as its place here: append only. */
const statuses: readonly Status[] = ['ok', 'warn', 'fail', 'unknown', 'off', 'late'];

/** A key is the time since 2025 and the number of the check in 12 bits: 7 bytes until 2042. */
const keyEpoch = Date.UTC(2025, 0, 1);
/** So many checks can there ever be; of later ones no looks are kept, only what was decided. */
export const keyBase = 4096;

const longestReason = 500;

const Row = z.object({
  key: z.number(),
  name: z.string(),
  status: z.int().min(0).max(5),
  latency: z.number().nullable(),
  text: z.string().nullable(),
});

/** Prepares the statements. */
export function observationsIn(db: DatabaseSync): Observations {
  const insert = db.prepare('INSERT OR REPLACE INTO observation VALUES (?, ?, ?, ?)');
  const insertReason = db.prepare('INSERT OR IGNORE INTO reason (text) VALUES (?)');
  const findReason = db.prepare('SELECT id FROM reason WHERE text = ?');
  const select = db.prepare(`
    SELECT key, name, status, latency, text FROM observation
    JOIN watched ON watched.id = (key & ${keyBase - 1}) LEFT JOIN reason ON reason.id = observation.reason
    WHERE key >= ? ORDER BY key`);
  const deleteRows = db.prepare('DELETE FROM observation WHERE key < ?');
  const deleteReasons = db.prepare(
    'DELETE FROM reason WHERE id NOT IN (SELECT reason FROM observation WHERE reason IS NOT NULL)',
  );

  function reasonId(text: string): number {
    const cut = text.slice(0, longestReason);
    insertReason.run(cut);
    return Number(findReason.get(cut)?.['id']);
  }

  return {
    add(watched, { at, finding: { status, latencyMs, reason } }) {
      if (watched >= keyBase) return;
      const latency = latencyMs === undefined ? null : Math.round(latencyMs * 10);
      const why = status === 'ok' ? null : reasonId(reason);
      insert.run(keyOf(at) + watched, statuses.indexOf(status), latency, why);
    },
    since: (time) => select.all(keyOf(time)).map((row) => toObservation(Row.parse(row))),
    deleteBefore(time) {
      const { changes } = deleteRows.run(keyOf(time));
      deleteReasons.run();
      return Number(changes);
    },
  };
}

/** The least key of a time; that of a check's look is greater by its number. */
export function keyOf(at: number): number {
  return (Math.round(at) - keyEpoch) * keyBase;
}

/** When the look of a key was. */
export function timeOf(key: number): number {
  return Math.floor(key / keyBase) + keyEpoch;
}

function toObservation({ key, name, status, latency, text }: z.infer<typeof Row>): Observation {
  return {
    check: name,
    at: timeOf(key),
    status: statuses[status] ?? 'unknown',
    latencyMs: latency === null ? null : latency / 10,
    reason: text,
  };
}
