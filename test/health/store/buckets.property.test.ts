import type { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketsIn } from '#holding/health/store/buckets.ts';
import { historyIn } from '#holding/health/store/history.ts';
import { dayMs, stretches, timeIn } from '#holding/health/store/timeline.ts';
import { transact } from '#lib/sqlite.ts';
import { hour, noon, temporaryFolder } from '../../support/health.ts';
import { emptyDatabase, live, pasts } from '../../support/history.ts';

const runs = { numRuns: 60 };
const start = noon - 10 * dayMs;

function allBuckets(db: DatabaseSync): readonly unknown[] {
  return db.prepare('SELECT * FROM bucket ORDER BY watched, span, began').all();
}

test('buckets that were made hour by hour are those of a rebuild, and a second rebuild changes nothing', () => {
  fc.assert(
    fc.property(pasts, (past) => {
      using folder = temporaryFolder();
      using db = emptyDatabase(folder.path, start);
      const buckets = bucketsIn(db);
      const roll = (now: number): void => void transact(db, () => buckets.rollUp(now));
      const end = live(db, past, { start, eachHour: roll });
      roll(end);
      const rolled = allBuckets(db);
      transact(db, () => buckets.rebuild(end));
      expect(allBuckets(db)).toEqual(rolled);
      transact(db, () => buckets.rebuild(end));
      expect(allBuckets(db)).toEqual(rolled);
    }),
    runs,
  );
});

test('the times of any window add up to it exactly, and are those of the flips', () => {
  const windows = fc.tuple(fc.integer({ min: 0, max: 9 * dayMs }), fc.integer({ min: 1, max: 6 * dayMs }));
  fc.assert(
    fc.property(pasts, windows, fc.constantFrom('hour' as const, 'day' as const), (past, [offset, length], by) => {
      using folder = temporaryFolder();
      using db = emptyDatabase(folder.path, start);
      const buckets = bucketsIn(db);
      let hours = 0;
      // Now and then no roll-up comes: what is read is the same.
      live(db, past, { start, eachHour: (now) => hours++ % 3 === 0 && transact(db, () => buckets.rollUp(now)) });
      const window = { from: start - 2 * dayMs + offset, to: start - 2 * dayMs + offset + length };
      const history = historyIn(db);
      for (const check of ['check-1', 'check-2', 'nobody']) {
        const spans = history.times(check, window, by);
        expect(spans.reduce((sum, { times }) => sum + total(times), 0)).toBe(length);
        for (const { from, to, times } of spans) {
          const truth = timeIn(stretches(history.flips(check, from), { from, to }));
          expect(times).toEqual(truth);
        }
      }
    }),
    runs,
  );
});

function total(times: ReadonlyMap<unknown, number>): number {
  return [...times.values()].reduce((sum, ms) => sum + ms, 0);
}

test('the latencies of a window are those of its looks, whether they are rolled up yet or not', () => {
  fc.assert(
    fc.property(pasts, fc.boolean(), (past, rolls) => {
      using folder = temporaryFolder();
      using db = emptyDatabase(folder.path, start);
      const buckets = bucketsIn(db);
      const end = live(db, past, {
        start,
        eachHour: (now) => rolls && transact(db, () => buckets.rollUp(now)),
      });
      // Looks that a clock which was set back put into closed hours are counted an hour later.
      if (rolls) transact(db, () => buckets.rollUp(end + 2 * hour));
      const flipped = db.prepare('SELECT min(at) AS at FROM flip WHERE watched = 1').get()?.['at'];
      fc.pre(typeof flipped === 'number');
      const window = { from: Math.floor(flipped / hour) * hour, to: end + dayMs };
      const looks = db
        .prepare('SELECT count(latency) AS looks FROM observation WHERE key & 4095 = 1 AND key >= ?')
        .get((window.from - Date.UTC(2025, 0, 1)) * 4096)?.['looks'];
      expect(historyIn(db).latency('check-1', window)?.looks ?? 0).toBe(looks);
    }),
    runs,
  );
});
