import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Snapshot } from '#holding/health/snapshot.ts';
import { systemClock } from '#lib/clock.ts';
import {
  minute,
  noon,
  openHealth,
  probesOf,
  scripted,
  second,
  stillClock,
  temporaryFolder,
  unitStanding,
  type Script,
} from '../support/health.ts';

const never = new AbortController().signal;

test('the snapshot is written at the start, at each flip, when all is asked for, and else every ten seconds', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = {};
  using bench = openHealth(folder.path, { clock, checks: [scripted('disk', script, { everyMs: second })] });
  const beatAfter = async (ms: number, which?: 'all' | 'news'): Promise<boolean> => {
    clock.advance(ms);
    return (await bench.health.beat(never, which)).published;
  };
  expect(await beatAfter(0)).toBe(true);
  expect(await beatAfter(9 * second)).toBe(false);
  expect(await beatAfter(second)).toBe(true);
  expect(await beatAfter(second, 'all')).toBe(true);
  expect(await beatAfter(second, 'news')).toBe(true);
  script['disk'] = { status: 'fail', reason: 'full', explicit: true };
  expect(await beatAfter(second)).toBe(true);
  expect(await beatAfter(second)).toBe(false);
  clock.advance(-minute);
  expect(await beatAfter(0)).toBe(true);
});

test('what a heartbeat did not write down yet is written within ten seconds, though nothing is due', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  using bench = openHealth(folder.path, { clock, checks: [scripted('disk', {})] });
  await bench.health.beat(never);
  clock.advance(3 * second);
  expect(await bench.health.beat(never)).toMatchObject({ published: false, nextDueAt: noon + 10 * second });
  clock.advance(7 * second);
  expect(await bench.health.beat(never)).toMatchObject({ published: true, nextDueAt: noon + minute });
});

test('what only the snapshot tells is asked for only when it is written', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  let asked = 0;
  const probes = probesOf({ deadlines: async () => (asked++, []) });
  using bench = openHealth(folder.path, { clock, checks: [scripted('disk', {})], probes });
  for (const ms of [0, second, second]) {
    clock.advance(ms);
    await bench.health.beat(never);
  }
  expect(asked).toBe(1);
});

test('the units are told with how they stand, and what one of them did last; what is bounded to nothing is no budget', async () => {
  using folder = temporaryFolder();
  const what = { en: 'tool calls', nl: 'toolaanroepen' };
  const budgets = [0, 40].map((limit) => ({ what, used: 12, limit }));
  const probes = probesOf({ units: async () => [unitStanding({ budgets })] });
  const unitJobs = { marketing: ['trend-report'] };
  using bench = openHealth(folder.path, { clock: stillClock(), checks: [], probes, unitJobs, language: 'nl' });
  const run = { id: 'a', jobId: 'a', job: 'trend-report', queue: 'swarm', reason: 'tick', attempt: 1 } as const;
  const end = { endedAt: noon, outcome: 'done', error: null, result: null } as const;
  bench.store.runs.record({ ...run, scheduledAt: noon, startedAt: noon - minute }, end);
  await bench.health.beat(never);
  const { units, lastAction } = Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
  const budget = { what: 'toolaanroepen', used: 12, limit: 40 };
  expect(units).toMatchObject([{ id: 'marketing', name: 'Marketing', mandate: { state: 'ok' }, budgets: [budget] }]);
  expect(lastAction).toEqual({ at: noon, unit: 'marketing', what: 'trend-report: gelukt' });
});

test('units that cannot be asked after are null, not none', async () => {
  using folder = temporaryFolder();
  const probes = probesOf({ units: async () => Promise.reject(new Error('no folder')) });
  using bench = openHealth(folder.path, { clock: stillClock(), checks: [], probes });
  await bench.health.beat(never);
  expect(Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8'))).units).toBeNull();
});

test('a second start writes the snapshot anew, though nothing changed', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  for (const seq of [1, 2]) {
    using bench = openHealth(folder.path, { clock, checks: [scripted('disk', {})] });
    await bench.health.beat(never);
    expect(JSON.parse(readFileSync(bench.snapshotPath, 'utf8'))).toMatchObject({ seq });
  }
});

test('a look that hangs holds up no other: it is taken up when its time is over', async () => {
  using folder = temporaryFolder();
  const hangs = scripted('hangs', {}, { timeoutMs: 1500, run: () => new Promise(() => {}), everyMs: minute });
  const checks = [hangs, scripted('quick', {}, { everyMs: second })];
  using bench = openHealth(folder.path, { clock: systemClock, checks });
  const first = await bench.health.beat(never);
  expect(first.checked).toBe(1);
  expect(first.nextDueAt).toBeLessThanOrEqual(systemClock.now());
  const seen: string[] = [];
  while (!seen.includes('hangs fail')) {
    await bench.health.beat(never);
    seen.splice(0, seen.length, ...bench.store.observations(0).map(({ check, status }) => `${check} ${status}`));
  }
  expect(seen.filter((one) => one === 'quick ok').length).toBeGreaterThan(1);
  expect(seen.filter((one) => one.startsWith('hangs'))).toHaveLength(1);
});

test('asked for all of it, a beat waits for the slowest', async () => {
  using folder = temporaryFolder();
  const hangs = scripted('hangs', {}, { timeoutMs: 1200, run: () => new Promise(() => {}) });
  using bench = openHealth(folder.path, { clock: systemClock, checks: [hangs] });
  expect((await bench.health.beat(never, 'all')).checked).toBe(1);
});

test('a shutdown stops every look that goes on', async () => {
  using folder = temporaryFolder();
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const hangs = scripted(
    'hangs',
    {},
    {
      run: ({ signal }) => new Promise(() => signal.addEventListener('abort', () => resolve(), { once: true })),
    },
  );
  using bench = openHealth(folder.path, { clock: systemClock, checks: [hangs] });
  await bench.health.beat(never);
  const stop = new AbortController();
  const beat = bench.health.beat(stop.signal);
  stop.abort(new Error('shutdown'));
  await expect(beat).rejects.toThrow('shutdown');
  await stopped;
  expect(statSync(bench.snapshotPath).size).toBeGreaterThan(0);
});
