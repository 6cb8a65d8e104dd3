import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openDatabase } from '#holding/health/store/database.ts';
import { openHealthStore } from '#holding/health/store/store.ts';
import { createLog, silentLog } from '#lib/log.ts';
import { finding, minute, noon, say, temporaryFolder } from '../../support/health.ts';

const options = { now: noon, log: silentLog };

test('a file that is no database is set aside untouched, and the owner is told', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  writeFileSync(path, 'not a database at all, but something the owner may want to see');
  const lines: string[] = [];
  using store = openHealthStore(path, {
    now: noon,
    log: createLog({ name: 'test', write: (line) => lines.push(line) }),
  });
  const aside = readdirSync(folder.path).find((name) => name.startsWith('health.sqlite.broken-'));
  expect(aside).toBe('health.sqlite.broken-2026-03-03T120000.000Z');
  expect(readFileSync(join(folder.path, aside ?? ''), 'utf8')).toContain('not a database');
  expect(say(store.fault ?? '')).toContain(aside);
  expect(lines.join('')).toContain('set aside');
});

test('a database damaged in its middle is set aside too', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  {
    using store = openHealthStore(path, options);
    for (let beat = 0; beat < 500; beat++) {
      const looks = new Map([
        ['disk', { at: noon + beat * minute, finding: finding('fail', { reason: `reason ${beat}` }) }],
      ]);
      const heart = { seq: beat, beatAt: noon, state: 'up', since: noon } as const;
      store.transaction(() => store.save({ heart, looks, memories: new Map(), forgotten: [], flips: [], gap: null }));
    }
  }
  truncateSync(path, readFileSync(path).length - 3 * 4096);
  using store = openHealthStore(path, options);
  expect(say(store.fault ?? '')).toContain('It was damaged');
  expect(store.observations(0)).toEqual([]);
});

test('a folder in its place is set aside', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  mkdirSync(path);
  using store = openHealthStore(path, options);
  expect(say(store.fault ?? '')).toContain('It was damaged');
});

test('where nothing can be written records are kept in memory, and the owner is told', () => {
  using store = openHealthStore('/nonexistent/folder/health.sqlite', options);
  expect(say(store.fault ?? '')).toContain('It cannot be written');
  expect(store.heart().seq).toBe(0);
});

test('a second start beside a whole database finds nothing to tell', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  openHealthStore(path, options)[Symbol.dispose]();
  using store = openHealthStore(path, options);
  expect(store.fault).toBeNull();
});

test('a database that another process holds is not taken for a damaged one', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  openHealthStore(path, options)[Symbol.dispose]();
  using holder = new DatabaseSync(path);
  holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  expect(() => openDatabase(path, options)).toThrow('locked');
  expect(readdirSync(folder.path).filter((name) => name.includes('broken'))).toEqual([]);
});

test('a database of a newer Omega is refused and left alone', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'health.sqlite');
  {
    using db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 999');
  }
  expect(() => openDatabase(path, options)).toThrow('written by a newer Omega');
  expect(readdirSync(folder.path).filter((name) => name.includes('broken'))).toEqual([]);
});
