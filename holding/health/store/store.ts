import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Log } from '#lib/log.ts';
import { transact } from '#lib/sqlite.ts';
import { openDatabase } from './database.ts';
import type { Look } from '../state/evidence.ts';
import { flipsIn, type Flips } from './flips.ts';
import type { Flip } from '../health.ts';
import { Memory } from '../state/memory.ts';
import { observationsIn, type Observation } from './observations.ts';
import { runsIn, type Runs } from './runs.ts';
import { dayMs } from './timeline.ts';

/** What a heartbeat leaves behind, all of it or nothing. */
export interface BeatRecord {
  readonly heart: Heart;
  readonly looks: ReadonlyMap<string, Look>;
  /** Of the checks whose memory changed. */
  readonly memories: ReadonlyMap<string, Memory>;
  readonly flips: readonly Flip[];
}

const Heart = z.object({
  seq: z.number(),
  beatAt: z.number().nullable(),
  state: z.enum(['up', 'degraded', 'down', 'unknown']),
  since: z.number(),
});
/** The monitor's own memory: its last beat and the overall state since when. */
export type Heart = z.infer<typeof Heart>;

/** `health.sqlite`: observations, flips, incidents, runs. One process writes it; its calls are quick and do not wait. */
export interface HealthStore extends Disposable, Pick<Flips, 'incidents'> {
  readonly runs: Runs;
  /** What the owner should know of the file itself; null: nothing. */
  readonly fault: string | null;
  readonly heart: () => Heart;
  readonly memories: () => ReadonlyMap<string, Memory>;
  /** Whether another process wrote since this was last asked. */
  readonly changedElsewhere: () => boolean;
  /** Reads and writes as one step, also against other processes. */
  readonly transaction: <Result>(work: () => Result) => Result;
  /** Within a transaction. */
  readonly save: (beat: BeatRecord) => void;
  readonly flips: Flips['of'];
  readonly observations: (since: number) => readonly Observation[];
  /** Deletes what is older than it is kept; returns how many rows went. */
  readonly prune: (now: number) => number;
}

const kept = { observationsMs: 7 * dayMs, runsMs: 90 * dayMs, flipsMs: 400 * dayMs };

const WatchedRow = z.object({ name: z.string(), memory: z.string() });

/** Opens `health.sqlite`, mode 0600; see {@link openDatabase} for what becomes of a damaged one. */
export function openHealthStore(path: string, { now, log }: { now: number; log: Log }): HealthStore {
  const { db, fault } = openDatabase(path, { now, log });
  const observations = observationsIn(db);
  const flips = flipsIn(db);
  const runs = runsIn(db, log);
  const selectHeart = db.prepare('SELECT seq, beat_at AS beatAt, state, since FROM heart');
  const updateHeart = db.prepare('UPDATE heart SET seq = ?, beat_at = ?, state = ?, since = ?');
  const selectMemories = db.prepare('SELECT name, memory FROM watched WHERE memory IS NOT NULL');
  const updateMemory = db.prepare('UPDATE watched SET memory = ? WHERE id = ?');
  const deleteRuns = db.prepare('DELETE FROM run WHERE started < ? AND outcome IS NOT NULL');
  const numberOf = numbersIn(db);
  const changedElsewhere = changesIn(db);

  return {
    runs,
    fault,
    heart: () => Heart.parse(selectHeart.get()),
    memories: () => readMemories(selectMemories.all(), log),
    changedElsewhere,
    transaction: (work) => transact(db, work),
    save({ heart: { seq, beatAt, state, since }, looks, memories, flips: flipped }) {
      for (const [check, look] of looks) observations.add(numberOf(check), look);
      for (const flip of flipped) flips.add(numberOf(flip.check), flip);
      for (const [check, memory] of memories) updateMemory.run(JSON.stringify(memory), numberOf(check));
      updateHeart.run(seq, beatAt, state, since);
    },
    flips: flips.of,
    incidents: flips.incidents,
    observations: observations.since,
    prune: (time) => {
      runs.flush();
      return transact(db, () => {
        const rows = observations.deleteBefore(time - kept.observationsMs) + flips.deleteBefore(time - kept.flipsMs);
        return rows + Number(deleteRuns.run(time - kept.runsMs).changes);
      });
    },
    [Symbol.dispose]: () => {
      runs.flush();
      if (db.isOpen) db.close();
    },
  };
}

/** A check's small number, given once and for all. */
function numbersIn(db: DatabaseSync): (check: string) => number {
  const select = db.prepare('SELECT id FROM watched WHERE name = ?');
  const insert = db.prepare('INSERT INTO watched (name) VALUES (?)');
  return (check) => Number(select.get(check)?.['id'] ?? insert.run(check).lastInsertRowid);
}

function changesIn(db: DatabaseSync): () => boolean {
  const select = db.prepare('PRAGMA data_version');
  const version = (): number => Number(select.get()?.['data_version']);
  let seen = version();
  return () => {
    const before = seen;
    seen = version();
    return seen !== before;
  };
}

/** A memory that cannot be read is left out: that check begins anew, and its history remains. */
function readMemories(rows: readonly unknown[], log: Log): ReadonlyMap<string, Memory> {
  const memories = new Map<string, Memory>();
  for (const row of rows) {
    const { name, memory } = WatchedRow.parse(row);
    try {
      memories.set(name, Memory.parse(JSON.parse(memory)));
    } catch (error) {
      log.warn('What was remembered of a check cannot be read; it begins anew', { check: name, error });
    }
  }
  return memories;
}
