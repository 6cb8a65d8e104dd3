import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openRunHistory } from '#holding/health/store/run-history.ts';
import type { Run, RunEnd } from '#holding/health/store/runs.ts';
import { openHealthStore, type HealthStore } from '#holding/health/store/store.ts';
import { dayMs } from '#holding/health/store/timeline.ts';
import { silentLog } from '#lib/log.ts';
import type { RunRecorder } from '#queue/run.ts';
import { minute, noon, say, second, temporaryFolder } from '../../support/health.ts';

function open(folder: string): HealthStore {
  return openHealthStore(join(folder, 'health.sqlite'), { now: noon, log: silentLog });
}

function run(id: string, change: Partial<Run> = {}): Run {
  const times = { scheduledAt: noon, startedAt: noon + second };
  return {
    id,
    jobId: `tick-${id}`,
    job: 'heartbeat',
    queue: 'system',
    reason: 'tick',
    attempt: 1,
    ...times,
    ...change,
  };
}

function end(outcome: RunEnd['outcome'], change: Partial<RunEnd> = {}): RunEnd {
  return { endedAt: noon + 3 * second, outcome, error: null, result: null, ...change };
}

test('a run comes back as it was told, the newest first', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const recorder: RunRecorder = store.runs; // Of the very shape that the queue asks for.
  recorder.started(run('a'));
  recorder.ended('a', end('failed', { error: 'it broke', result: null }));
  recorder.started(run('b', { attempt: 2, startedAt: noon + minute }));
  expect(recorder.history({ limit: 10 })).toEqual([
    run('b', { attempt: 2, startedAt: noon + minute }),
    { ...run('a'), ...end('failed', { error: 'it broke' }) },
  ]);
});

test('history is of one job where asked, and no longer than asked', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  for (const id of ['a', 'b', 'c']) store.runs.started(run(id, { job: id === 'b' ? 'canary' : 'heartbeat' }));
  expect(store.runs.history({ job: 'heartbeat', limit: 5 }).map(({ id }) => id)).toEqual(['c', 'a']);
  expect(store.runs.history({ limit: 1 }).map(({ id }) => id)).toEqual(['c']);
});

test('history leaves out what comes all the time and went well, where asked; the latest of the others are found', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const beats: [string, RunEnd['outcome']][] = [['ok', 'done'], ['ill', 'failed'], ['left out', 'skipped']]; // prettier-ignore
  for (const [id, outcome] of beats) store.runs.record(run(id, { reason: 'event' }), end(outcome));
  store.runs.record(run('by hand', { reason: 'manual' }), end('done'));
  store.runs.record(run('of a unit', { queue: 'swarm', reason: 'event' }), end('done'));
  store.runs.started(run('goes on', { reason: 'event' }));
  expect(store.runs.history({ limit: 9, withoutRoutine: true }).map(({ id }) => id)).toEqual([
    'of a unit',
    'by hand',
    'ill',
  ]);
});

test('the last success is remembered through the failures after it, and through a restart', () => {
  using folder = temporaryFolder();
  {
    using store = open(folder.path);
    store.runs.started(run('a'));
    store.runs.ended('a', end('done'));
    store.runs.started(run('b'));
    store.runs.ended('b', end('dead', { endedAt: noon + 9 * second }));
  }
  using store = open(folder.path);
  const expected = { lastSuccessAt: noon + 3 * second, lastOutcome: 'dead', lastDurationMs: 8 * second };
  expect(store.runs.lastRuns()).toEqual([{ job: 'heartbeat', ...expected }]);
});

test('the last success outlives the run itself', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  store.runs.started(run('a'));
  store.runs.ended('a', end('done'));
  store.prune(noon + 91 * dayMs);
  expect(store.runs.history({ limit: 5 })).toEqual([]);
  expect(store.runs.lastRuns()[0]?.lastSuccessAt).toBe(noon + 3 * second);
});

test('a tick that was skipped is on record but is no attempt', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  store.runs.record(run('a'), end('skipped'));
  expect(store.runs.history({ limit: 5 })[0]?.outcome).toBe('skipped');
  expect(store.runs.lastRuns()).toEqual([]);
});

test('what was going on when its worker died is closed as interrupted at the next start', () => {
  using folder = temporaryFolder();
  {
    using store = open(folder.path);
    store.runs.started(run('a'));
    store.runs.started(run('b'));
    store.runs.ended('b', end('done'));
  }
  using store = open(folder.path);
  expect(store.runs.closeOrphans(noon + minute, new Set())).toBe(1);
  const [, orphan] = store.runs.history({ limit: 5 });
  expect(orphan).toMatchObject({ id: 'a', outcome: 'interrupted', endedAt: noon + minute });
});

test('what a living worker holds, or what began since, is nobody’s orphan', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  store.runs.started(run('held'));
  store.runs.started(run('later', { startedAt: noon + minute }));
  expect(store.runs.closeOrphans(noon + minute, new Set(['tick-held']))).toBe(0);
  expect(store.runs.history({ limit: 5 }).map(({ outcome }) => outcome)).toEqual([undefined, undefined]);
});

test('a run shorter than the wait for writing is remembered as a success', async () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  store.runs.started(run('a'));
  store.runs.ended('a', end('done'));
  using reader = openRunHistory(join(folder.path, 'health.sqlite'));
  await expect.poll(() => reader.lastRuns()).toMatchObject([{ lastSuccessAt: noon + 3 * second }]);
});

test('a command reads the records while the worker writes them', async () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  store.runs.started(run('a'));
  using reader = openRunHistory(join(folder.path, 'health.sqlite'));
  await expect.poll(() => reader.history({ limit: 5 })).toEqual([run('a')]);
  store.runs.ended('a', end('done'));
  await expect.poll(() => reader.lastRuns()).toMatchObject([{ job: 'heartbeat', lastOutcome: 'done' }]);
});

test('a command that finds no records says so, and what makes them', () => {
  expect(() => openRunHistory('/nonexistent/health.sqlite')).toThrow(
    expect.objectContaining({ code: 'E_NO_RECORDS', hint: 'npm start makes the first ones.' }),
  );
});

test('a record that cannot be written stops no job', () => {
  using folder = temporaryFolder();
  const store = open(folder.path);
  store[Symbol.dispose]();
  expect(() => store.runs.started(run('a'))).not.toThrow();
});

/** A disk that takes no more runs until it is disposed, as another program would fill it. */
function fullDisk(folder: string): Disposable {
  const db = new DatabaseSync(join(folder, 'health.sqlite'));
  db.exec("CREATE TRIGGER full BEFORE INSERT ON run BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
  return {
    [Symbol.dispose]: () => {
      db.exec('DROP TRIGGER full');
      db.close();
    },
  };
}

test('what could not be written is told of, and written with the next', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  {
    using _full = fullDisk(folder.path);
    store.runs.started(run('a'));
    store.runs.flush();
    expect(say(store.runs.fault() ?? '')).toBe('The last runs could not be written down: disk is full');
  }
  store.runs.ended('a', end('done'));
  store.runs.record(run('b'), end('missed'));
  expect(store.runs.history({ limit: 5 }).map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['b missed', 'a done']);
  expect(store.runs.fault()).toBeNull();
});

test('what could not be written twice is lost, which stays on the list until the next start', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  {
    using _full = fullDisk(folder.path);
    store.runs.started(run('a'));
    store.runs.flush();
    store.runs.flush();
  }
  store.runs.started(run('b'));
  expect(store.runs.history({ limit: 5 }).map(({ id }) => id)).toEqual(['b']);
  expect(say(store.runs.fault() ?? '')).toBe(
    '1 record of runs could not be written down since the start: disk is full',
  );
});

test('no more than a thousand wait for their second try, the newest', () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  {
    using _full = fullDisk(folder.path);
    for (let number = 0; number < 1003; number++) store.runs.started(run(`r${number}`));
    store.runs.flush();
  }
  expect(store.runs.history({ limit: 2000 }).at(-1)?.id).toBe('r3');
  expect(say(store.runs.fault() ?? '')).toMatch(/^3 records of runs/);
});
