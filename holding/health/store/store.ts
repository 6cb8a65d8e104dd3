import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Words } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import { transact } from '#lib/sqlite.ts';
import { alertsIn, type Alerts } from './alerts.ts';
import { openDatabase } from './database.ts';
import type { Look } from '../state/evidence.ts';
import { flipsIn, type Flips } from './flips.ts';
import { incidentsIn, type Incidents } from './incidents.ts';
import { historyIn, type History, type Span } from './history.ts';
import { holdsIn, type Holds } from './holds.ts';
import type { Flip } from '../health.ts';
import { last90In, type Last90 } from './last90.ts';
import { Memory } from '../state/memory.ts';
import { observationsIn, type Observation } from './observations.ts';
import { pushesIn, type Pushes } from './pushes.ts';
import { retentionIn } from './retention.ts';
import { runsIn, type Runs } from './runs.ts';

/** What a heartbeat leaves behind, all of it or nothing. */
export interface BeatRecord {
  readonly heart: Heart;
  readonly looks: ReadonlyMap<string, Look>;
  /** Of the checks whose memory changed. */
  readonly memories: ReadonlyMap<string, Memory>;
  /** Checks that are watched no longer: their history remains. */
  readonly forgotten: readonly string[];
  readonly flips: readonly Flip[];
  /** The time without a heartbeat that came before; null: there was none. */
  readonly gap: Span | null;
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
export interface HealthStore extends Disposable {
  readonly runs: Runs;
  readonly alerts: Alerts;
  /** Incidents as they are told, and their course. */
  readonly course: Incidents;
  readonly incidents: Incidents['list'];
  readonly holds: Holds;
  readonly pushes: Pushes;
  /** What the owner should know of the file itself; null: nothing. */
  readonly fault: Words | null;
  readonly heart: () => Heart;
  readonly memories: () => ReadonlyMap<string, Memory>;
  /** Whether another process wrote since this was last asked. */
  readonly changedElsewhere: () => boolean;
  /** Reads and writes as one step, also against other processes. */
  readonly transaction: <Result>(work: () => Result) => Result;
  /** Within a transaction. */
  readonly save: (beat: BeatRecord) => void;
  readonly flips: Flips['of'];
  readonly newestFlips: Flips['newest'];
  readonly observations: (since: number) => readonly Observation[];
  /** Of a check, for each snapshot; of one that was never watched all of it is new. */
  readonly last90: (check: string, now: number) => Last90;
  readonly history: History;
  /** Rolls up the hours and days that ended, deletes what is older than it is kept; returns how many rows went. */
  readonly prune: (now: number) => number;
}

const WatchedRow = z.object({ name: z.string(), memory: z.string() });

/** Opens `health.sqlite`, mode 0600; see {@link openDatabase} for what becomes of a damaged one. */
export function openHealthStore(path: string, { now, log }: { now: number; log: Log }): HealthStore {
  const { db, fault } = openDatabase(path, { now, log });
  const observations = observationsIn(db);
  const flips = flipsIn(db);
  const incidents = incidentsIn(db);
  const runs = runsIn(db, log);
  const selectHeart = db.prepare('SELECT seq, beat_at AS beatAt, state, since FROM heart');
  const updateHeart = db.prepare('UPDATE heart SET seq = ?, beat_at = ?, state = ?, since = ?');
  const selectMemories = db.prepare('SELECT name, memory FROM watched WHERE memory IS NOT NULL');
  const updateMemory = db.prepare('UPDATE watched SET memory = ? WHERE id = ?');
  const prune = retentionIn(db);
  const insertGap = db.prepare('INSERT INTO gap (began, ended) VALUES (?, ?)');
  const numberOf = numbersIn(db);
  const changedElsewhere = changesIn(db);

  return {
    runs,
    alerts: alertsIn(db),
    course: incidents,
    holds: holdsIn(db),
    pushes: pushesIn(db),
    fault,
    heart: () => Heart.parse(selectHeart.get()),
    memories: () => readMemories(selectMemories.all(), log),
    changedElsewhere,
    transaction: (work) => transact(db, work),
    save({ heart: { seq, beatAt, state, since }, looks, memories, forgotten, flips: flipped, gap }) {
      for (const [check, look] of looks) observations.add(numberOf(check), look);
      for (const flip of flipped) {
        flips.add(numberOf(flip.check), flip);
        incidents.follow(numberOf(flip.check), flip, beatAt ?? flip.at);
      }
      for (const [check, memory] of memories) updateMemory.run(JSON.stringify(memory), numberOf(check));
      for (const check of forgotten) updateMemory.run(null, numberOf(check));
      if (gap !== null) insertGap.run(gap.from, gap.to);
      updateHeart.run(seq, beatAt, state, since);
    },
    flips: flips.of,
    newestFlips: flips.newest,
    incidents: incidents.list,
    observations: observations.since,
    last90: last90In(db),
    history: historyIn(db),
    prune: (time) => {
      runs.flush();
      return transact(db, () => prune(time));
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
