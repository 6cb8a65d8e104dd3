import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Flip } from '#holding/health/health.ts';
import { newMemory, type Memory } from '#holding/health/state/memory.ts';
import { openHealthStore, type BeatRecord, type HealthStore } from '#holding/health/store/store.ts';
import { dayMs } from '#holding/health/store/timeline.ts';
import { silentLog } from '#lib/log.ts';
import { finding, hour, minute, noon, say, temporaryFolder } from '../../support/health.ts';

const heart = { seq: 1, beatAt: noon, state: 'up', since: noon } as const;

function open(folder: string): HealthStore {
  return openHealthStore(join(folder, 'health.sqlite'), { now: noon, log: silentLog });
}

function save(store: HealthStore, record: Partial<BeatRecord>): void {
  store.transaction(() =>
    store.save({ heart, looks: new Map(), memories: new Map(), forgotten: [], flips: [], gap: null, ...record }),
  );
}

function flip(to: Flip['to'], at: number, from: Flip['from'] = 'up'): Flip {
  return { check: 'disk', from, to, at, reason: `it is ${to}` };
}

test('an observation takes at most 25 bytes', () => {
  using folder = temporaryFolder();
  const store = open(folder.path);
  const path = join(folder.path, 'health.sqlite');
  const checks = Array.from({ length: 10 }, (_, index) => `check-${index}`);
  save(store, { looks: new Map(checks.map((id) => [id, { at: noon - minute, finding: finding('ok') }])) });
  const before = sizeAfterClose(store, path);
  const again = open(folder.path);
  for (let beat = 0; beat < 1000; beat++) {
    const at = noon + beat * minute;
    const status = beat % 10 === 0 ? 'warn' : 'ok';
    save(again, {
      looks: new Map(checks.map((id) => [id, { at, finding: finding(status, { latencyMs: 1 + (beat % 400) }) }])),
    });
  }
  const bytes = (sizeAfterClose(again, path) - before) / 10_000;
  console.log(`an observation: ${bytes.toFixed(1)} bytes`);
  expect(bytes).toBeLessThanOrEqual(25);
});

/** Once closed, the write-ahead log is in the file itself. */
function sizeAfterClose(store: HealthStore, path: string): number {
  store[Symbol.dispose]();
  return statSync(path).size;
}

test('an observation comes back as it was stored, raw, with its reason where it was not ok', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  save(store, { looks: new Map([['disk', { at: noon, finding: finding('fail', { latencyMs: 12.34 }) }]]) });
  save(store, { looks: new Map([['disk', { at: noon + minute, finding: finding('ok') }]]) });
  expect(store.observations(noon)).toEqual([
    { check: 'disk', at: noon, status: 'fail', latencyMs: 12.3, reason: 'it is fail' },
    { check: 'disk', at: noon + minute, status: 'ok', latencyMs: null, reason: null },
  ]);
});

test('an observation of before 2025, as from a machine without a clock battery, is kept too', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  save(store, { looks: new Map([['disk', { at: 5 * minute, finding: finding('ok') }]]) });
  expect(store.observations(0)).toMatchObject([{ check: 'disk', at: 5 * minute }]);
});

test('what is remembered of a check survives a restart', () => {
  using folder = temporaryFolder();
  const memory: Memory = { ...newMemory(noon, say), state: 'down', lastKnown: 'down', blockedBy: null, reason: 'gone' };
  {
    using store = open(folder.path);
    save(store, {
      memories: new Map([['disk', memory]]),
      looks: new Map([['disk', { at: noon, finding: finding('fail') }]]),
    });
  }
  using store = open(folder.path);
  expect(store.memories().get('disk')).toEqual(memory);
  expect(store.heart()).toEqual(heart);
});

test('a beat that cannot be written whole is not written at all', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const broken = flip('down', Number.NaN);
  expect(() =>
    save(store, { looks: new Map([['disk', { at: noon, finding: finding('ok') }]]), flips: [broken] }),
  ).toThrow();
  expect(store.observations(0)).toEqual([]);
  expect(store.heart().seq).toBe(0);
});

test('flips come back from the one in force at a time', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const flips = [flip('up', noon, 'new'), flip('down', noon + hour), flip('up', noon + 2 * hour, 'down')];
  save(store, { flips });
  expect(store.flips('disk', noon + 90 * minute)).toEqual(flips.slice(1));
  expect(store.flips('disk', 0)).toEqual(flips);
  expect(store.flips('other', 0)).toEqual([]);
});

test('the newest flips of all checks come in the order in which they happened, those since a time and no more than asked', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const other = { ...flip('down', noon + minute), check: 'other' };
  const flips = [flip('down', noon), other, flip('up', noon + 2 * minute, 'down')];
  save(store, { flips: [flip('up', noon - 2 * dayMs, 'new'), ...flips] });
  expect(store.newestFlips(noon - dayMs, 10)).toEqual(flips);
  expect(store.newestFlips(noon + minute, 10)).toEqual(flips.slice(1));
  expect(store.newestFlips(0, 2)).toEqual(flips.slice(1));
});

test('an incident opens with down and closes with up, not with the unknown time in between', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  save(store, { flips: [flip('down', noon)] });
  save(store, { flips: [flip('unknown', noon + minute, 'down'), flip('down', noon + 2 * minute, 'unknown')] });
  expect(store.incidents(noon)).toMatchObject([{ check: 'disk', from: noon, to: null, reason: 'it is down' }]);
  save(store, { flips: [flip('up', noon + 3 * minute, 'down')] });
  expect(store.incidents(noon)).toMatchObject([{ from: noon, to: noon + 3 * minute }]);
});

test('pruning keeps 7 days of looks, 400 days of flips, and always the flip in force', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const [old, recent] = [noon - 8 * dayMs, noon - 6 * dayMs];
  for (const at of [old, recent]) save(store, { looks: new Map([['disk', { at, finding: finding('fail') }]]) });
  save(store, {
    flips: [flip('up', noon - 900 * dayMs, 'new'), flip('down', noon - 800 * dayMs), flip('up', noon - 500 * dayMs)],
  });
  expect(store.prune(noon)).toBe(4); // One look, two flips, and the incident between them.
  expect(store.observations(0)).toMatchObject([{ at: recent }]);
  expect(store.flips('disk', 0)).toMatchObject([{ to: 'up', at: noon - 500 * dayMs }]);
});

test('only the owner can read the file', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  save(store, {});
  for (const suffix of ['', '-wal', '-shm']) {
    expect(statSync(join(folder.path, `health.sqlite${suffix}`)).mode & 0o777).toBe(0o600);
  }
});

test('what another process wrote is noticed once', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  using other = open(folder.path);
  save(store, {});
  expect(store.changedElsewhere()).toBe(false);
  save(other, { heart: { ...heart, seq: 2 } });
  expect(store.changedElsewhere()).toBe(true);
  expect(store.changedElsewhere()).toBe(false);
});
