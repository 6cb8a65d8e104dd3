import type { DatabaseSync } from 'node:sqlite';
import { alertsIn } from './alerts.ts';
import { bucketTableIn } from './bucket-table.ts';
import { bucketsIn, keptBuckets } from './buckets.ts';
import { flipsIn } from './flips.ts';
import { incidentsIn } from './incidents.ts';
import { observationsIn } from './observations.ts';
import { pushesIn } from './pushes.ts';
import { routine } from './run-history.ts';
import { dayMs } from './timeline.ts';

/** How long what is kept. */
export const kept = {
  observationsMs: 7 * dayMs,
  pushesMs: 30 * dayMs,
  runsMs: 90 * dayMs,
  /** Of the heartbeat's own, which may come each second. */
  routineRunsMs: 2 * dayMs,
  /** Incidents, alerts, holds and gaps as well. */
  flipsMs: 400 * dayMs,
};

/** Rolls up what ended, then deletes what is older than it is kept; returns how many rows went. */
export function retentionIn(db: DatabaseSync): (now: number) => number {
  const [buckets, table, observations] = [bucketsIn(db), bucketTableIn(db), observationsIn(db)];
  const byTime = [flipsIn(db), incidentsIn(db), alertsIn(db)];
  const pushes = pushesIn(db);
  const deleteRuns = db.prepare('DELETE FROM run WHERE started < ? AND outcome IS NOT NULL');
  const deleteRoutine = db.prepare(`DELETE FROM run WHERE started < ? AND outcome IS NOT NULL AND ${routine}`);
  const deleteHolds = db.prepare('DELETE FROM hold WHERE until < ?');
  const deleteGaps = db.prepare('DELETE FROM gap WHERE ended < ?');
  return (now) => {
    buckets.rollUp(now); // While the observations are still there.
    // Whole days: of a bucket there is all that it was made of, or nothing.
    const since = (ms: number): number => Math.floor(now / dayMs) * dayMs - ms;
    const old = since(kept.flipsMs);
    return [
      observations.deleteBefore(since(kept.observationsMs)),
      ...byTime.map((rows) => rows.deleteBefore(old)),
      pushes.deleteBefore(since(kept.pushesMs)),
      table.deleteBefore(since(keptBuckets.hourMs), 'hour'),
      table.deleteBefore(since(keptBuckets.dayMs), 'day'),
      Number(deleteRuns.run(since(kept.runsMs)).changes),
      Number(deleteRoutine.run(since(kept.routineRunsMs)).changes),
      Number(deleteHolds.run(old).changes),
      Number(deleteGaps.run(old).changes),
    ].reduce((sum, rows) => sum + rows, 0);
  };
}
