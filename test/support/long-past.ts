import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '#holding/health/store/database.ts';
import { bucketsIn } from '#holding/health/store/buckets.ts';
import { dayMs } from '#holding/health/store/timeline.ts';
import { silentLog } from '#lib/log.ts';
import { transact } from '#lib/sqlite.ts';
import { hour, minute } from './health.ts';

/** A store as many checks leave it that are looked at once a minute for many days, written with SQL alone. */
export function longPast(
  folder: string,
  { now, checks, days, flipsADay }: { now: number; checks: number; days: number; flipsADay: number },
): DatabaseSync {
  const { db } = openDatabase(join(folder, 'health.sqlite'), { now, log: silentLog });
  const began = Math.floor(now / dayMs) * dayMs - days * dayMs;
  transact(db, () => {
    addFlips(db, { began, now, checks, everyMs: dayMs / flipsADay });
    addDays(db, { began, until: now - 7 * dayMs, checks });
    addLooks(db, { began: now - 7 * dayMs, now, checks });
    bucketsIn(db).rebuild(now);
  });
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return db;
}

const upTo = 'WITH RECURSIVE count (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n + 1 < ?)';

function addFlips(
  db: DatabaseSync,
  { began, now, checks, everyMs }: { began: number; now: number; checks: number; everyMs: number },
): void {
  db.prepare(`${upTo} INSERT INTO watched (id, name) SELECT n + 1, 'check-' || (n + 1) FROM count`).run(checks);
  const amount = Math.floor((now - began) / everyMs);
  db.prepare(
    `${upTo} INSERT INTO flip (watched, at, was, became, reason)
     SELECT watched.id, ? + n * ?, CASE WHEN n = 0 THEN 'new' WHEN n % 2 = 0 THEN 'down' ELSE 'up' END,
       CASE WHEN n % 2 = 0 THEN 'up' ELSE 'down' END, 'No answer within 5 s' FROM count, watched ORDER BY n`,
  ).run(amount, began, Math.round(everyMs));
}

/** As days before the observations left them: 1,440 looks, most of 10 ms. */
function addDays(db: DatabaseSync, { began, until, checks }: { began: number; until: number; checks: number }): void {
  const latencies = Uint8Array.from([49, 128 + 32, 9, 9, 128 + 64, 1, 8, 48]);
  db.prepare(
    `${upTo} INSERT INTO bucket (watched, span, began, looks, times, latencies)
     SELECT watched.id, ?, ? + n * ?, 1440, '{}', ? FROM count, watched WHERE watched.id <= ?`,
  ).run(Math.floor((until - began) / dayMs), dayMs, began, dayMs, latencies, checks);
}

function addLooks(db: DatabaseSync, { began, now, checks }: { began: number; now: number; checks: number }): void {
  const from = Math.floor(began / hour) * hour - Date.UTC(2025, 0, 1);
  db.prepare(
    `${upTo} INSERT INTO observation (key, status, latency)
     SELECT (? + n * ?) * 4096 + watched.id, 0, 50 + (n * 37 + watched.id * 11) % 400 FROM count, watched
     WHERE watched.id <= ? ORDER BY 1`,
  ).run(Math.floor((now - began) / minute), from, minute, checks);
}
