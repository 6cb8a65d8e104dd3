import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '#lib/paths.ts';
import { openSqlite } from '#lib/sqlite.ts';
import { migrations } from '#holding/health/store/schema.ts';
import { runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';

const script = (name: string): string => join(root, 'scripts', `${name}.ts`);

const folder = temporaryFolder();
const data = join(folder.path, 'data');
const snapshot = join(data, 'snapshot.json');
const env = { OMEGA_DATA_DIR: data, OMEGA_TIMEZONE: 'Europe/Amsterdam' };

function health(...args: readonly string[]): Promise<Ended> {
  return runProgram(process.execPath, [script('health'), ...args], { env });
}

async function facts(...args: readonly string[]): Promise<unknown> {
  return JSON.parse((await health(...args, '--json')).stdout) as unknown;
}

const Held = z.object({
  check: z.string().nullable(),
  kind: z.string(),
  from: z.number(),
  until: z.number().nullable(),
});

beforeAll(async () => {
  const { exitCode, stderr } = await runProgram(process.execPath, [script('job'), 'heartbeat', '--inline'], { env });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
});

afterAll(() => folder[Symbol.dispose]());

test('before the first heartbeat each verb says how to begin', async () => {
  using empty = temporaryFolder();
  const nothing = { OMEGA_DATA_DIR: join(empty.path, 'data') };
  for (const args of [['list'], ['history', 'disk'], ['pause', 'disk'], ['rebuild'], ['verify']]) {
    const { exitCode, stderr } = await runProgram(process.execPath, [script('health'), ...args], { env: nothing });
    expect({ args, exitCode, stderr }).toMatchObject({
      args,
      exitCode: 1,
      stderr: expect.stringContaining('npm start'),
    });
  }
});

test('the list shows each check in shape and word, with why, and how old it is', async () => {
  const { exitCode, stdout } = await health('list');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^. .*seen \d+ m?s?.* ago/);
  expect(stdout).toMatch(/disk +✓ Up .* used, .* free/);
  expect(stdout).toMatch(/queue-canary +\? Unknown/);
  expect(await facts()).toMatchObject({ freshness: 'fresh', held: [], checks: expect.any(Array) });
});

test('a list that is not of now says so loudly, and nothing in it is up', async () => {
  const fresh = readFileSync(snapshot, 'utf8');
  try {
    const old = z.looseObject({ generatedAt: z.number() }).parse(JSON.parse(fresh));
    const generatedAt = old.generatedAt - 600_000;
    writeFileSync(snapshot, JSON.stringify({ ...old, generatedAt, staleAfter: generatedAt + 90_000 }));
    const { stdout } = await health('list');
    expect(stdout).toMatch(/^✗ STALE The last heartbeat was 10 m/);
    expect(stdout).toMatch(/disk +\? Up then/);
    expect(stdout).not.toContain('✓');
    expect(await facts('list')).toMatchObject({ freshness: 'stale' });
  } finally {
    writeFileSync(snapshot, fresh);
  }
});

test('a snapshot cut in half is not called a machine on which nothing is watched', async () => {
  const whole = readFileSync(snapshot, 'utf8');
  try {
    writeFileSync(snapshot, whole.slice(0, whole.length / 2));
    const { exitCode, stderr } = await health('list');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^✗ .*snapshot\.json cannot be read/);
    expect(stderr).not.toContain('Nothing is watched');
  } finally {
    writeFileSync(snapshot, whole);
  }
});

test('a look by hand tells what it finds and keeps nothing', async () => {
  const before = readFileSync(snapshot, 'utf8');
  const { exitCode, stdout } = await health('run', 'disk');
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/✓ ok {2}disk \(.*% used/) });
  expect(stdout).toContain('nothing of it is kept');
  expect(await facts('run', 'disk')).toMatchObject({ check: 'disk', status: 'ok', kept: false });
  expect((await health('run', 'redis')).exitCode).toBe(1);
  expect(readFileSync(snapshot, 'utf8')).toBe(before);
});

test('every fault of the file of checks is told with its line, where the page tells the first', async () => {
  const file = join(data, 'checks.yaml');
  writeFileSync(file, 'checks:\n  - { id: shop, kind: tcp, host: nas }\n  - { id: web, kind: http, evry: 3s }\n');
  try {
    const { exitCode, stdout } = await health('run', 'checks-file');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('3 faults, the first: line 2');
    expect(stdout.match(/^ {2}✗ line .*$/gm)).toEqual([
      expect.stringMatching(/line 2, column \d+: shop: port is missing$/),
      expect.stringMatching(/line 3, column \d+: web: url is missing$/),
      expect.stringMatching(/line 3, column \d+: web: evry is not known; did you mean every\?$/),
    ]);
    expect(await facts('run', 'checks-file')).toMatchObject({ faults: { length: 3 } });
  } finally {
    rmSync(file);
  }
});

test('the history tells uptime, days and what changed why', async () => {
  const { exitCode, stdout } = await health('history', 'disk');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/90 days +100 %/);
  expect(stdout).toMatch(/·{59}█ {2}the last 60 days/);
  expect(stdout).toMatch(/✓ Up +New +\d+ % used/);
  expect(await facts('history', 'disk')).toMatchObject({
    windows: [{ name: '24 hours', uptime: 1 }, {}, {}, { name: 'a year' }],
    flips: [{ from: 'new', to: 'up' }],
  });
});

test('what is held back is listed until it is resumed, and without a worker that is said', async () => {
  const { exitCode, stdout } = await health('pause', 'disk', '--for', '2h', '--why', 'a new\u001b[2J disk');
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('at the next start') });
  expect(existsSync(join(data, 'run', 'bell'))).toBe(true);
  const snoozed = Held.parse(await facts('snooze', 'all'));
  expect(snoozed).toMatchObject({ check: null, kind: 'snoozed', until: snoozed.from + 3_600_000 });
  const list = await health('list');
  expect(list.stdout).toMatch(/= disk paused until .*: a new\[2J disk/);
  expect(list.stdout).toMatch(/= all not told of until/);
  expect((await health('resume', 'disk')).stdout).toContain('still held back with all the others');
  expect(await facts('resume', 'all')).toMatchObject({ ended: 1 });
  expect((await health('resume', 'disk')).stdout).toBe('Nothing held disk back.\n');
});

test('a check that the file of checks pauses is not said to go on', async () => {
  const file = join(data, 'checks.yaml');
  writeFileSync(file, 'checks:\n  - { id: disk, kind: tcp, host: localhost, port: 9, paused: true }\n');
  try {
    await health('pause', 'disk');
    const { stdout } = await health('resume', 'disk');
    expect(stdout).toMatch(/^✓ Your hold on disk has ended\..*\n! The file of your checks itself pauses disk\.\n/);
    expect(stdout).toContain(file);
    expect((await health('resume', 'disk')).stdout).toMatch(/^! The file of your checks itself pauses disk\./);
    expect(await facts('resume', 'all')).toMatchObject({ ended: 0, pausedInFile: ['disk'] });
    writeFileSync(file, 'checks: [');
    expect((await health('resume', 'disk')).stdout).toBe('Nothing held disk back.\n');
  } finally {
    rmSync(file);
  }
});

test('times are read on the owner’s clock', async () => {
  const times = ['--from', '2036-07-01T22:00', '--until', '2036-07-02T06:30'];
  const planned = Held.parse(await facts('maintenance', 'disk', ...times));
  expect(planned).toMatchObject({ from: Date.UTC(2036, 6, 1, 20), until: Date.UTC(2036, 6, 2, 4, 30) });
  const { until } = Held.parse(await facts('snooze', 'disk', '--until', 'morning'));
  const local = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: env.OMEGA_TIMEZONE });
  expect(local.format(until ?? 0)).toBe('08:00');
  expect(await facts('resume', 'all')).toMatchObject({ ended: 2 });
});

test('wrong use ends with 2 and says what to write', async () => {
  const wrong = [
    ['dance'],
    ['run', 'nobody'],
    ['history', '../disk'],
    ['history', 'disk', '--limit', '0'],
    ['pause'],
    ['pause', 'disk', '--for', 'ever'],
    ['pause', 'disk', '--until', '2020-01-01'],
    ['pause', 'disk', '--for', '2h', '--until', 'morning'],
    ['snooze', 'disk', '--why', 'x'.repeat(300)],
  ];
  for (const args of wrong) {
    const { exitCode, stderr } = await health(...args);
    expect({ args, exitCode, said: stderr.startsWith('✗ ') }).toEqual({ args, exitCode: 2, said: true });
  }
  expect((await health('pause', 'dsik')).stderr).toContain('There are: disk.');
});

test('what a rebuild mends is sound again', async () => {
  expect(await health('verify')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('✓ The records are sound'),
  });
  {
    using db = openSqlite(join(data, 'health.sqlite'), { migrations, synchronous: 'NORMAL' });
    const hour = 3_600_000;
    const began = (Math.floor(Date.now() / hour) - 6) * hour;
    // As if it had been watched for some hours, and nobody had rolled them up right.
    db.prepare("UPDATE flip SET at = ? WHERE watched = (SELECT id FROM watched WHERE name = 'disk')").run(began);
    db.prepare("INSERT INTO rolled SELECT id, ?, (SELECT max(id) FROM flip) FROM watched WHERE name = 'disk'").run(
      began + 2 * hour,
    );
  }
  const broken = await health('verify');
  expect(broken).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/✗ disk: the hour of .* is missing/) });
  expect(broken.stdout).toContain('npm run health -- rebuild');
  expect(await facts('rebuild')).toMatchObject({ buckets: expect.any(Number) });
  expect(await facts('verify')).toMatchObject({ sound: true, faults: [] });
});

test('a damaged file is a fault that is named, and no other command takes it for an empty one', async () => {
  const path = join(data, 'health.sqlite');
  writeFileSync(path, 'not a database any more');
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  expect(await facts('verify')).toMatchObject({ sound: false, faults: [expect.stringContaining('damaged')] });
  const { exitCode, stderr } = await health('pause', 'disk');
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('sets the file aside') });
  expect(readFileSync(path, 'utf8')).toBe('not a database any more');
});
