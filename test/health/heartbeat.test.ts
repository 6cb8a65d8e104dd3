import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Check } from '#holding/health/check.ts';
import { Snapshot } from '#holding/health/snapshot.ts';
import type { HealthStore } from '#holding/health/store/store.ts';
import { unitChecks } from '#holding/health/each/unit-check.ts';
import {
  finding,
  hour,
  minute,
  noon,
  openHealth,
  probesOf,
  reportEntry,
  scripted,
  second,
  stillClock,
  temporaryFolder,
  unitStanding,
  type Script,
} from '../support/health.ts';

const never = new AbortController().signal;

function read(path: string): Snapshot {
  return Snapshot.parse(JSON.parse(readFileSync(path, 'utf8')));
}

function stateOf(snapshot: Snapshot, id: string): string | undefined {
  return snapshot.checks.find((check) => check.id === id)?.state;
}

function failFull(): never {
  throw new Error('database or disk is full');
}

async function refuse(): Promise<never> {
  throw new Error('connection refused');
}

function twoChecks(script: Script): Check[] {
  return [scripted('disk', script, { headline: { down: 'Disk is nearly full' } }), scripted('load', script)];
}

test('when every check is ok the first beat says that all is well', async () => {
  using folder = temporaryFolder();
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks({}) });
  const beat = await bench.health.beat(never);
  expect(beat).toMatchObject({ seq: 1, checked: 2, headline: 'All well', nextDueAt: noon + minute });
  const snapshot = read(bench.snapshotPath);
  expect(snapshot.overall).toEqual({ state: 'up', headline: 'All well', since: noon });
  expect(snapshot).toMatchObject({ seq: 1, generatedAt: noon, staleAfter: noon + 90 * second });
});

test('what is not due is looked at only where everything is asked for', async () => {
  using folder = temporaryFolder();
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks({}) });
  await bench.health.beat(never);
  expect((await bench.health.beat(never)).checked).toBe(0);
  expect((await bench.health.beat(never, 'all')).checked).toBe(2);
});

test('with no checks nothing is green', async () => {
  using folder = temporaryFolder();
  using bench = openHealth(folder.path, { clock: stillClock(), checks: [] });
  expect((await bench.health.beat(never)).headline).toBe('Nothing is watched');
  expect(read(bench.snapshotPath).overall.state).toBe('unknown');
});

test('one check that could not be looked at is enough for not being green', async () => {
  using folder = temporaryFolder();
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks({ load: 'unknown' }) });
  expect((await bench.health.beat(never)).headline).toBe('Load is not known');
  expect(read(bench.snapshotPath).overall.state).toBe('unknown');
});

test('a fault is looked at again after 2 s and then is down, said as a person would, since its first look', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = {};
  using bench = openHealth(folder.path, { clock, checks: twoChecks(script) });
  await bench.health.beat(never);
  script['disk'] = 'fail';
  clock.advance(minute);
  const doubt = await bench.health.beat(never);
  expect(doubt).toMatchObject({ headline: 'All well', nextDueAt: noon + minute + 2 * second });
  clock.set(doubt.nextDueAt);
  const sure = await bench.health.beat(never);
  expect(sure).toMatchObject({ checked: 1, headline: 'Disk is nearly full' });
  expect(sure.flips).toMatchObject([{ check: 'disk', to: 'down', at: noon + minute }]);
  expect(read(bench.snapshotPath).incidents).toMatchObject([{ name: 'Disk', from: noon + minute, to: null }]);
  expect(read(bench.snapshotPath).overall.since).toBe(noon + minute);
});

test('several that are down are counted and named', async () => {
  using folder = temporaryFolder();
  const gone = finding('fail', { explicit: true });
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks({ disk: gone, load: gone }) });
  expect((await bench.health.beat(never)).headline).toBe('2 checks are down: Disk, Load');
});

test('of many the headline names the first few, and counts the rest', async () => {
  using folder = temporaryFolder();
  const gone = finding('fail', { explicit: true });
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const script = Object.fromEntries(names.map((name) => [name, gone]));
  const checks = names.map((name) => scripted(name, script));
  using bench = openHealth(folder.path, { clock: stillClock(), checks });
  expect((await bench.health.beat(never)).headline).toBe('6 checks are down: A, B, C, D and 2 more');
});

test('what the owner can do is listed once, with why', async () => {
  using folder = temporaryFolder();
  const todo = { what: 'Look at the dead letters', command: 'npm run jobs -- dead', minutes: 5 };
  const script: Script = { disk: finding('warn', { todo, reason: '2 dead letters' }), load: finding('warn', { todo }) };
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks(script) });
  await bench.health.beat(never);
  const { attention } = read(bench.snapshotPath);
  expect(attention).toHaveLength(1);
  expect(attention[0]).toMatchObject(todo);
});

test('a restart goes on where it ended: same state since the same time, numbers that rise', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  {
    using bench = openHealth(folder.path, { clock, checks: twoChecks({}) });
    await bench.health.beat(never);
  }
  clock.advance(minute);
  using bench = openHealth(folder.path, { clock, checks: twoChecks({}) });
  expect(await bench.health.beat(never)).toMatchObject({ seq: 2, flips: [] });
  expect(read(bench.snapshotPath)).toMatchObject({
    overall: { since: noon },
    checks: [{ since: noon }, { since: noon }],
  });
});

test('after a suspend of three hours those hours are unknown, and the present is known at once', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  using bench = openHealth(folder.path, { clock, checks: twoChecks({}) });
  await bench.health.beat(never);
  clock.advance(3 * hour);
  const beat = await bench.health.beat(never);
  expect(beat.headline).toBe('All well');
  expect(bench.store.flips('disk', 0)).toMatchObject([
    { to: 'up', at: noon },
    { to: 'unknown', at: noon, reason: 'The monitor was off' },
    { to: 'up', at: noon + 3 * hour },
  ]);
});

test('two and a half ticks are no gap yet', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  using bench = openHealth(folder.path, { clock, checks: twoChecks({}) });
  await bench.health.beat(never);
  clock.advance(150 * second);
  expect((await bench.health.beat(never)).flips).toEqual([]);
});

test('a clock set back by an hour stops no check and dates nothing into the future', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = {};
  using bench = openHealth(folder.path, { clock, checks: twoChecks(script) });
  await bench.health.beat(never);
  clock.set(noon - hour);
  script['disk'] = finding('fail', { explicit: true });
  const beat = await bench.health.beat(never);
  expect(beat.checked).toBe(2);
  const ofDisk = beat.flips.filter(({ check }) => check === 'disk');
  expect(ofDisk).toMatchObject([{ from: 'up', to: 'down', at: noon - hour }]);
  const snapshot = read(bench.snapshotPath);
  for (const { since } of snapshot.checks) expect(since).toBeLessThanOrEqual(noon - hour);
  for (const { days90 } of snapshot.checks) expect(days90.reduce((sum, { days }) => sum + days, 0)).toBe(90);
});

test('after a clock was set back all is well since now, not since an hour from now', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  using bench = openHealth(folder.path, { clock, checks: twoChecks({}) });
  await bench.health.beat(never);
  clock.set(noon - hour);
  await bench.health.beat(never);
  expect(read(bench.snapshotPath).overall).toMatchObject({ state: 'up', since: noon - hour });
});

test('beats that come at once run one after the other', async () => {
  using folder = temporaryFolder();
  let looking = 0;
  let most = 0;
  const run: Check['run'] = async () => {
    most = Math.max(most, ++looking);
    await new Promise((resolve) => setImmediate(resolve));
    looking -= 1;
    return finding('unknown');
  };
  const clock = stillClock();
  using bench = openHealth(folder.path, { clock, checks: [scripted('slow', {}, { run, everyMs: 1 })] });
  const beats = await Promise.all([1, 2, 3].map(() => bench.health.beat(never)));
  expect(beats.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(most).toBe(1);
});

test('a beat that failed does not keep the next one from coming', async () => {
  using folder = temporaryFolder();
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks({}) });
  await expect(bench.health.beat(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  expect((await bench.health.beat(never)).headline).toBe('All well');
});

test('a second process beside the worker takes turns with it: no number twice, no flip twice', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = {};
  using worker = openHealth(folder.path, { clock, checks: twoChecks(script) });
  using byHand = openHealth(folder.path, { clock, checks: twoChecks(script) });
  await worker.health.beat(never);
  script['disk'] = finding('fail', { explicit: true });
  clock.advance(minute);
  const beats = await Promise.all([worker.health.beat(never), byHand.health.beat(never)]);
  expect(beats.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([2, 3]);
  expect(worker.store.flips('disk', 0).map(({ to }) => to)).toEqual(['up', 'down']);
});

test('on a full disk it still decides and says so', async () => {
  using folder = temporaryFolder();
  using real = openHealth(folder.path, { clock: stillClock(), checks: [] });
  const store: HealthStore = { ...real.store, save: failFull };
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks({}), store });
  expect((await bench.health.beat(never)).headline).toBe('All well');
  expect(await bench.health.beat(never)).toMatchObject({ seq: 2 });
  expect(read(bench.snapshotPath).attention).toMatchObject([{ why: expect.stringContaining('disk is full') }]);
});

test('runs that could not be written down are listed for the owner', async () => {
  using folder = temporaryFolder();
  using real = openHealth(folder.path, { clock: stillClock(), checks: [] });
  const runs = { ...real.store.runs, fault: () => 'The last runs could not be written down: disk is full' };
  const store: HealthStore = { ...real.store, runs };
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks({}), store });
  await bench.health.beat(never);
  expect(read(bench.snapshotPath).attention).toMatchObject([
    { what: 'Look after the health records', why: 'The last runs could not be written down: disk is full' },
  ]);
});

test('a snapshot that cannot be written fails the beat, and says what to look at', async () => {
  using folder = temporaryFolder();
  using bench = openHealth(folder.path, { clock: stillClock(), checks: [] });
  folder[Symbol.dispose]();
  await expect(bench.health.beat(never)).rejects.toMatchObject({ code: 'E_SNAPSHOT' });
});

test('jobs and queues that cannot be asked are null, not none', async () => {
  using folder = temporaryFolder();
  const probes = probesOf({ queues: refuse, deadlines: refuse });
  using bench = openHealth(folder.path, { clock: stillClock(), checks: twoChecks({}), probes });
  await bench.health.beat(never);
  expect(read(bench.snapshotPath)).toMatchObject({ jobs: null, queues: null });
});

test('reports that cannot be read are null, not none; of many the first five are told', async () => {
  using folder = temporaryFolder();
  using refused = openHealth(folder.path, { clock: stillClock(), checks: [], reports: refuse });
  await refused.health.beat(never);
  expect(read(refused.snapshotPath).reports).toBeNull();
  const many = ['9', '8', '7', '6', '5', '4', '3'].map((id) =>
    reportEntry({ id, fault: id === '8' ? 'no JSON' : null }),
  );
  using bench = openHealth(folder.path, { clock: stillClock(), checks: [], reports: async () => many });
  await bench.health.beat(never);
  const { reports } = read(bench.snapshotPath);
  expect(reports?.map(({ id, broken }) => `${id}${broken ? ' is broken' : ''}`)).toEqual([
    '9',
    '8 is broken',
    '7',
    '6',
    '5',
  ]);
});

test('each business unit is asked after once a beat, however many checks ask', async () => {
  using folder = temporaryFolder();
  let asked = 0;
  const probes = probesOf({ units: async () => (asked++, [unitStanding()]) });
  const checks = unitChecks(['marketing', 'sales'].map((id) => ({ id, name: id, reportEveryMs: hour })));
  using bench = openHealth(folder.path, { clock: stillClock(), checks, probes });
  await bench.health.beat(never);
  expect(asked).toBe(1);
});

test('checks and snapshot ask the queue once a beat between them', async () => {
  using folder = temporaryFolder();
  let asked = 0;
  const probes = probesOf({ queues: async () => (asked++, []) });
  const asking = scripted(
    'queues',
    {},
    { run: async (context) => finding((await context.probes.queue.queues()).length === 0 ? 'ok' : 'fail') },
  );
  using bench = openHealth(folder.path, { clock: stillClock(), checks: [asking], probes });
  await bench.health.beat(never);
  expect(asked).toBe(1);
});

test('a number never goes back, even where the records were lost', async () => {
  using folder = temporaryFolder();
  using lost = temporaryFolder();
  using first = openHealth(folder.path, { clock: stillClock(), checks: [] });
  await first.health.beat(never);
  await first.health.beat(never, 'all');
  using other = openHealth(lost.path, { clock: stillClock(), checks: [] });
  using bench = openHealth(folder.path, { clock: stillClock(), checks: [], store: other.store });
  expect((await bench.health.beat(never)).seq).toBe(3);
});

test('every look is stored raw, whatever was decided', async () => {
  using folder = temporaryFolder();
  const script: Script = { disk: 'fail', load: 'ok' };
  const checks = [scripted('load', script, { dependsOn: ['disk'] }), scripted('disk', script)];
  using bench = openHealth(folder.path, { clock: stillClock(), checks });
  await bench.health.beat(never);
  expect(
    bench.store
      .observations(noon)
      .map(({ check, status }) => `${check} ${status}`)
      .toSorted(),
  ).toEqual(['disk fail', 'load ok']);
  expect(stateOf(read(bench.snapshotPath), 'disk')).toBe('new');
});
