import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { alertsIn } from '#holding/health/store/alerts.ts';
import { bucketsIn } from '#holding/health/store/buckets.ts';
import { openForReading } from '#holding/health/store/database.ts';
import { flipsIn } from '#holding/health/store/flips.ts';
import { incidentsIn } from '#holding/health/store/incidents.ts';
import { observationsIn } from '#holding/health/store/observations.ts';
import { faultsIn } from '#holding/health/store/verify.ts';
import { transact } from '#lib/sqlite.ts';
import type { State } from '#holding/health/snapshot.ts';
import {
  finding,
  hour,
  minute,
  noon,
  openHealth,
  scripted,
  stillClock,
  temporaryFolder,
  type Script,
} from '../../support/health.ts';
import { emptyDatabase } from '../../support/history.ts';

/** A check that was down for an hour, with its incident and its alert, and all of it rolled up. */
function soundDatabase(folder: string): DatabaseSync {
  const db = emptyDatabase(folder, noon);
  const [flips, incidents, observations] = [flipsIn(db), incidentsIn(db), observationsIn(db)];
  db.exec(`INSERT INTO watched (id, name, memory) VALUES (1, 'disk', '{"state":"up"}')`);
  const became = (from: State, to: State, at: number): void => {
    const flip = { check: 'disk', from, to, at, reason: `it is ${to}` };
    flips.add(1, flip);
    incidents.follow(1, flip, at + minute);
  };
  became('new', 'up', noon - 40 * hour);
  became('up', 'down', noon - 5 * hour);
  const text = { title: 'Disk is down', body: 'it is down' };
  alertsIn(db).add({ kind: 'opened', check: 'disk', incident: 1, at: noon - 5 * hour, due: 0, sound: true, ...text });
  became('down', 'up', noon - 4 * hour);
  for (let at = noon - 40 * hour; at < noon; at += 10 * minute)
    observations.add(1, { at, finding: finding('warn', { latencyMs: at % 7 }) });
  transact(db, () => bucketsIn(db).rollUp(noon));
  return db;
}

const damages: readonly (readonly [what: string, sql: string, says: RegExp])[] = [
  ['a flip that is gone', "DELETE FROM flip WHERE became = 'down'", /disk: the change to up .* says that it was down/],
  ['a flip to the same', "UPDATE flip SET was = 'up' WHERE id = 3", /disk: the change at .* is from up to the same/],
  ['a memory that knows better', `UPDATE watched SET memory = '{"state":"down"}'`, /disk: it is remembered as down/],
  ['an incident without its flip', 'UPDATE incident SET began = began - 7', /incident 1 began at .* nothing went down/],
  ['an incident that does not end', 'UPDATE incident SET ended = NULL', /incident 1 goes on, but .* been up/],
  ['an incident that ends too early', 'UPDATE incident SET ended = began - 1', /incident 1 ended before it began/],
  ['a flip without its incident', 'DELETE FROM incident', /disk: it went down at .* without an incident/],
  ['an incident that nobody was told of', 'DELETE FROM alert', /nobody was to be told of incident 1/],
  ['an alert of an incident that is not there', 'UPDATE alert SET incident = 5', /alert: 1 rows belong to incident 5/],
  ['a look of nobody', 'INSERT INTO observation VALUES (4096 * 1000 + 9, 0, NULL, NULL)', /observation: 1 rows .* 9/],
  ['a look without its reason', 'DELETE FROM reason', /observation: 240 rows belong to reason 1/],
  ['a bucket of nobody', 'UPDATE bucket SET watched = 9 WHERE span > 4000000', /bucket: 2 rows belong to watched 9/],
  ['an hour that is gone', `DELETE FROM bucket WHERE began = ${noon - 9 * hour}`, /disk: the hour of .* is missing/],
  [
    'a count that is off',
    'UPDATE bucket SET looks = looks + 1 WHERE span > 4000000',
    /the day of .* not what a rebuild/,
  ],
  ['a time that does not add up', `UPDATE bucket SET times = '{"up":7}' WHERE began = ${noon - 9 * hour}`, /has 7 ms/],
];

test('records that were kept as they should are sound', () => {
  using folder = temporaryFolder();
  using db = soundDatabase(folder.path);
  expect(faultsIn(db, noon)).toEqual([]);
});

test.each(damages)('%s is found and named', (_what, sql, says) => {
  using folder = temporaryFolder();
  using db = soundDatabase(folder.path);
  db.exec(sql);
  expect(faultsIn(db, noon).join('\n')).toMatch(says);
});

test('all faults are named at once, and of many of a kind only the first', () => {
  using folder = temporaryFolder();
  using db = soundDatabase(folder.path);
  db.exec('DELETE FROM alert; DELETE FROM bucket WHERE span < 4000000');
  const faults = faultsIn(db, noon);
  expect(faults[0]).toMatch(/nobody was to be told/);
  expect(faults).toHaveLength(1 + 20 + 1);
  expect(faults.at(-1)).toBe('… and 19 more like this');
});

test('a disk that is full in the middle of a roll-up leaves what was there, and a rebuild makes up for it', () => {
  using folder = temporaryFolder();
  using db = soundDatabase(folder.path);
  const before = db.prepare('SELECT * FROM bucket').all();
  const observations = observationsIn(db);
  for (let at = noon; at < noon + 2000 * hour; at += hour / 2)
    observations.add(1, { at, finding: finding('ok', { latencyMs: at % 700 }) });
  db.exec(`PRAGMA max_page_count = ${Number(db.prepare('PRAGMA page_count').get()?.['page_count'])}`);
  const later = noon + 2000 * hour;
  expect(() => transact(db, () => bucketsIn(db).rollUp(later))).toThrow('full');
  expect(db.prepare('SELECT * FROM bucket').all()).toEqual(before);
  db.exec('PRAGMA max_page_count = 100000');
  transact(db, () => bucketsIn(db).rebuild(later));
  expect(faultsIn(db, later)).toEqual([]);
});

test('a clock that was set back, holds, gaps and checks that go leave records that are sound', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = { load: 'unknown', edge: finding('fail', { explicit: true }) };
  let checks = ['disk', 'load', 'edge'].map((id) => scripted(id, script));
  using bench = openHealth(folder.path, { clock, checks: () => checks });
  const beatAt = async (time: number): Promise<void> => {
    clock.set(time);
    await bench.health.beat(new AbortController().signal);
    using db = openForReading(join(folder.path, 'health.sqlite'));
    expect(faultsIn(db, time)).toEqual([]);
  };
  await beatAt(noon);
  await beatAt(noon - hour);
  script['edge'] = 'ok';
  await beatAt(noon - hour + 2000);
  script['disk'] = finding('fail', { explicit: true });
  await beatAt(noon - hour + minute);
  script['edge'] = finding('fail', { explicit: true });
  await beatAt(noon - 2 * hour);
  bench.store.holds.add({ check: 'disk', kind: 'paused', from: clock.now(), until: null, why: '' });
  await beatAt(noon - 2 * hour + minute);
  script['edge'] = 'ok';
  await beatAt(noon + 3 * hour);
  checks = checks.slice(0, 2);
  await beatAt(noon + 3 * hour + minute);
  bench.store.holds.end({ check: 'disk' }, clock.now());
  await beatAt(noon + 3 * hour + 2 * minute);
  await beatAt(noon + 2 * hour);
});
