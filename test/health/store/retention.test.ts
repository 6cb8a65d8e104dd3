import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alertsIn } from '#holding/health/store/alerts.ts';
import { bucketsIn } from '#holding/health/store/buckets.ts';
import { flipsIn } from '#holding/health/store/flips.ts';
import { historyIn } from '#holding/health/store/history.ts';
import { last90In } from '#holding/health/store/last90.ts';
import { observationsIn } from '#holding/health/store/observations.ts';
import { retentionIn } from '#holding/health/store/retention.ts';
import { openHealthStore } from '#holding/health/store/store.ts';
import { faultsIn } from '#holding/health/store/verify.ts';
import { dayMs } from '#holding/health/store/timeline.ts';
import { silentLog } from '#lib/log.ts';
import { finding, hour, minute, noon, temporaryFolder } from '../../support/health.ts';
import { emptyDatabase } from '../../support/history.ts';

const began = Math.floor((noon - 450 * dayMs) / dayMs) * dayMs;

/** A check that was up for 450 days, with two looks an hour of which the slow one takes 400 ms; kept as a worker keeps it. */
function longUp(path: string): ReturnType<typeof emptyDatabase> {
  const db = emptyDatabase(path, began);
  const [flips, observations, prune] = [flipsIn(db), observationsIn(db), retentionIn(db)];
  db.exec("INSERT INTO watched (id, name) VALUES (1, 'disk'); BEGIN");
  flips.add(1, { check: 'disk', from: 'new', to: 'up', at: began, reason: 'it is up' });
  for (let at = began; at < noon; at += hour) {
    observations.add(1, { at: at + minute, finding: finding('ok', { latencyMs: 4 }) });
    observations.add(1, { at: at + 31 * minute, finding: finding('ok', { latencyMs: 400 }) });
    // Not each hour, for the test's sake; what came late is made up for.
    if ((at / hour) % 24 === 7) prune(at);
  }
  prune(noon);
  db.exec('COMMIT');
  return db;
}

test('after 450 days there are 7 days of looks, 35 of hours and 400 of days, each with its latencies', () => {
  using folder = temporaryFolder();
  using db = longUp(folder.path);
  const oldest = (of: number): unknown =>
    db.prepare('SELECT min(began) AS at FROM bucket WHERE span = ?').get(of)?.['at'];
  const today = Math.floor(noon / dayMs) * dayMs;
  expect(observationsIn(db).since(0)[0]?.at).toBe(today - 7 * dayMs + minute);
  expect(oldest(hour)).toBe(today - 35 * dayMs);
  expect(oldest(dayMs)).toBe(today - 400 * dayMs);
  const year = { from: today - 365 * dayMs, to: noon };
  const latency = historyIn(db).latency('disk', year);
  expect(latency?.looks).toBe((365 * 24 + 12) * 2);
  expect(latency?.p50).toBeCloseTo(4, 0);
  expect(Math.abs((latency?.p95 ?? 0) - 400)).toBeLessThan(20);
  expect(
    historyIn(db)
      .times('disk', year, 'day')
      .every(({ from, to, times }) => times.get('up') === to - from),
  ).toBe(true);
  expect(faultsIn(db, noon)).toEqual([]);
});

test('the heartbeat’s own runs go after two days, once done; what the owner asked for, and what failed, stays', () => {
  using folder = temporaryFolder();
  using store = openHealthStore(join(folder.path, 'health.sqlite'), { now: noon, log: silentLog });
  const plain = {
    jobId: 'a',
    job: 'heartbeat',
    queue: 'system',
    attempt: 1,
    scheduledAt: noon,
    startedAt: noon,
  } as const;
  const end = { endedAt: noon, error: null, result: null };
  store.runs.record({ ...plain, id: 'routine', reason: 'event' }, { ...end, outcome: 'done' });
  store.runs.record({ ...plain, id: 'skipped', reason: 'event' }, { ...end, outcome: 'skipped' });
  store.runs.record({ ...plain, id: 'failed', reason: 'event' }, { ...end, outcome: 'failed' });
  store.runs.record({ ...plain, id: 'by hand', reason: 'manual' }, { ...end, outcome: 'done' });
  store.runs.record({ ...plain, id: 'of a unit', queue: 'swarm', reason: 'event' }, { ...end, outcome: 'done' });
  const kept = (): string[] => store.runs.history({ limit: 9 }).map(({ id }) => id);
  store.prune(noon + dayMs);
  expect(kept()).toHaveLength(5);
  store.prune(noon + 3 * dayMs);
  expect(kept()).toEqual(['of a unit', 'by hand', 'failed']);
  store.prune(noon + 92 * dayMs);
  expect(kept()).toEqual([]);
});

test('what was told of an incident goes with it, though it was told after its end', () => {
  using folder = temporaryFolder();
  using db = emptyDatabase(folder.path, noon);
  const ended = noon - 400 * dayMs - dayMs;
  db.exec(`INSERT INTO watched (id, name) VALUES (1, 'disk');
    INSERT INTO incident (id, watched, began, ended, state, reason) VALUES (1, 1, ${ended - hour}, ${ended}, 'down', '')`);
  const plain = { kind: 'ended', check: 'disk', sound: false, title: 'it is over', body: '' } as const;
  const at = ended + 3 * dayMs;
  alertsIn(db).add({ ...plain, incident: 1, at, due: at });
  alertsIn(db).add({ ...plain, kind: 'gap', check: null, incident: null, at, due: at });
  retentionIn(db)(noon);
  expect(alertsIn(db).newest(9)).toMatchObject([{ kind: 'gap' }]);
  expect(faultsIn(db, noon)).toEqual([]);
});

test('a rebuild keeps the latencies that observations no longer tell', () => {
  using folder = temporaryFolder();
  using db = longUp(folder.path);
  const all = (): readonly unknown[] => db.prepare('SELECT * FROM bucket ORDER BY span, began').all();
  const before = all();
  bucketsIn(db).rebuild(noon);
  expect(all()).toEqual(before);
  db.exec("UPDATE bucket SET times = '{}'");
  bucketsIn(db).rebuild(noon);
  expect(all()).toEqual(before);
});

test('a flip that is dated back over days changes what was closed already, in the last 90 days too', () => {
  using folder = temporaryFolder();
  using db = longUp(folder.path);
  const last90 = last90In(db);
  expect(last90('disk', noon)).toEqual({ days90: [{ state: 'up', days: 90 }], uptime90: 1 });
  const since = noon - 3 * dayMs;
  flipsIn(db).add(1, { check: 'disk', from: 'up', to: 'unknown', at: since, reason: 'the monitor was off' });
  const expected = {
    days90: [
      { state: 'up', days: 86 },
      { state: 'unknown', days: 4 },
    ],
    uptime90: 1,
  };
  expect(last90('disk', noon)).toEqual(expected);
  expect(last90In(db)('disk', noon)).toEqual(expected);
  const window = { from: since - dayMs, to: noon };
  const spans = historyIn(db).times('disk', window, 'day');
  expect(spans.reduce((sum, { times }) => sum + (times.get('unknown') ?? 0), 0)).toBe(3 * dayMs);
  bucketsIn(db).rollUp(noon + hour);
  expect(historyIn(db).times('disk', window, 'day')).toEqual(spans);
  expect(faultsIn(db, noon + hour)).toEqual([]);
});

test('each of the last 90 days has the worst state that it saw, and before it was watched all is new', () => {
  using folder = temporaryFolder();
  using db = emptyDatabase(folder.path, noon);
  db.exec("INSERT INTO watched (id, name) VALUES (1, 'disk')");
  const today = noon - 12 * hour;
  const last90 = last90In(db);
  expect(last90('disk', noon)).toEqual({ days90: [{ state: 'new', days: 90 }], uptime90: null });
  const flips = flipsIn(db);
  flips.add(1, { check: 'disk', from: 'new', to: 'up', at: today - 3 * dayMs + hour, reason: '' });
  flips.add(1, { check: 'disk', from: 'up', to: 'down', at: today - dayMs + hour, reason: '' });
  flips.add(1, { check: 'disk', from: 'down', to: 'up', at: today - dayMs + 2 * hour, reason: '' });
  expect(last90('disk', noon).days90).toEqual([
    { state: 'new', days: 86 },
    { state: 'up', days: 2 },
    { state: 'down', days: 1 },
    { state: 'up', days: 1 },
  ]);
  flips.add(1, { check: 'disk', from: 'up', to: 'degraded', at: today, reason: 'it is so since midnight' });
  expect(last90('disk', noon).days90.at(-1)).toEqual({ state: 'degraded', days: 1 });
  // The next day has begun.
  expect(last90('disk', noon + dayMs).days90.at(-1)).toEqual({ state: 'degraded', days: 2 });
  expect(last90('nobody', noon)).toEqual({ days90: [{ state: 'new', days: 90 }], uptime90: null });
});
