import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openBeside, openForReading } from '#holding/health/store/database.ts';
import { openHistory } from '#holding/health/store/history.ts';
import { migrations } from '#holding/health/store/schema.ts';
import { openHealthStore } from '#holding/health/store/store.ts';
import { dayMs } from '#holding/health/store/timeline.ts';
import { openSqlite } from '#lib/sqlite.ts';
import { silentLog } from '#lib/log.ts';
import { hour, minute, noon, temporaryFolder } from '../../support/health.ts';

/** A file as the first release left it, with a check that was down for an hour and is looked at each minute. */
function fromBefore(path: string): void {
  using db = openSqlite(path, { migrations: migrations.slice(0, 1), synchronous: 'NORMAL' });
  db.exec("INSERT INTO watched (id, name) VALUES (1, 'disk'); UPDATE heart SET seq = 7, state = 'up'");
  const flip = db.prepare('INSERT INTO flip (watched, at, was, became, reason) VALUES (1, ?, ?, ?, ?)');
  flip.run(noon - 3 * dayMs, 'new', 'up', 'half full');
  flip.run(noon - 5 * hour, 'up', 'down', 'full');
  flip.run(noon - 4 * hour, 'down', 'up', 'half full');
  db.prepare("INSERT INTO incident (watched, began, ended, state, reason) VALUES (1, ?, ?, 'down', 'full')").run(
    noon - 5 * hour,
    noon - 4 * hour,
  );
  const look = db.prepare('INSERT INTO observation (key, status, latency) VALUES (?, 0, 120)');
  for (let at = noon - 6 * hour; at < noon; at += minute) look.run((at - Date.UTC(2025, 0, 1)) * 4096 + 1);
}

test('the history of the first release goes on in this one', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  fromBefore(path);
  expect(() => openHistory(path)).toThrow('written by an older Omega');
  using store = openHealthStore(path, { now: noon, log: silentLog });
  expect(store.fault).toBeNull();
  expect(store.heart().seq).toBe(7);
  expect(store.flips('disk', 0)).toHaveLength(3);
  expect(store.incidents(0)).toMatchObject([{ check: 'disk', detectedAt: null, affected: [], reason: 'full' }]);
  expect(store.last90('disk', noon).uptime90).toBeCloseTo(71 / 72, 10);
  expect(store.prune(noon)).toBe(0);
  using history = openHistory(path);
  const window = { from: noon - dayMs, to: noon };
  const down = history.times('disk', window, 'hour').filter(({ times }) => times.has('down'));
  expect(down).toEqual([{ from: noon - 5 * hour, to: noon - 4 * hour, times: new Map([['down', hour]]) }]);
  expect(history.latency('disk', window)).toMatchObject({ looks: 6 * 60 });
});

test('a file of a newer Omega is left alone by commands too', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  {
    using db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 999');
  }
  for (const open of [openForReading, openBeside])
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'E_NEWER_DATA' }));
});

test('a command makes no records of its own, and says who makes them', () => {
  const path = '/nonexistent/health.sqlite';
  for (const open of [openForReading, openBeside])
    expect(() => open(path)).toThrow(expect.objectContaining({ hint: 'npm start makes the first ones.' }));
});

test('a command that finds the records held by another process says to try again', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  openHealthStore(path, { now: noon, log: silentLog })[Symbol.dispose]();
  using holder = new DatabaseSync(path);
  holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  expect(() => openBeside(path)).toThrow(expect.objectContaining({ exitCode: 75, code: 'E_NO_RECORDS' }));
});
