import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Check, Probes, ServiceStatus, Told } from '#holding/health/check.ts';
import disk, { judgeDisk } from '#holding/health/checks/disk.ts';
import { egressCheck } from '#holding/health/checks/egress.ts';
import * as catalogue from '#holding/health/checks/index.ts';
import load, { judgeLoad } from '#holding/health/checks/load.ts';
import memory, { judgeMemory } from '#holding/health/checks/memory.ts';
import page from '#holding/health/checks/page.ts';
import clock from '#holding/health/checks/clock.ts';
import queueCanary from '#holding/health/checks/queue-canary.ts';
import queues from '#holding/health/checks/queues.ts';
import scheduler from '#holding/health/checks/scheduler.ts';
import { edge, redis } from '#holding/health/checks/services.ts';
import { inOrder } from '#holding/health/state/order.ts';
import { lookAt } from '#holding/health/look.ts';
import { Snapshot } from '#holding/health/snapshot.ts';
import { parsePressure } from '#holding/health/host/pressure.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import {
  inEnglish,
  jobDeadline,
  minute,
  noon,
  openHealth,
  probesOf,
  queueCounts,
  say,
  stillClock,
  temporaryFolder,
} from '../../support/health.ts';

const never = new AbortController().signal;

async function run(check: Check, probes: Probes = probesOf(), signal = never): Promise<Told> {
  return inEnglish(await check.run({ probes, signal, clock: stillClock() }));
}

function supervisor(...services: Partial<ServiceStatus>[]): Partial<Probes> {
  const usual = {
    name: 'edge',
    state: 'ready',
    pid: 7,
    since: noon,
    restarts: 0,
    recentRestarts: 0,
    lastExit: null,
  } as const;
  return { supervisor: { services: async () => services.map((service) => Object.assign({}, usual, service)) } };
}

const noSupervisor: Partial<Probes> = {
  supervisor: {
    services: async () => {
      throw new Error('no supervisor answers');
    },
  },
};

async function refuse(): Promise<never> {
  throw new Error('connect ECONNREFUSED');
}

function lookAtWait(ms: number): Promise<Told> {
  return run(queues, probesOf({ queues: async () => [queueCounts({ oldestWaitingMs: ms })] }));
}

function diskOf(bytesShare: number, filesShare = 0): Told {
  return inEnglish(judgeDisk({ bytesShare, filesShare, freeBytes: 5e9 }));
}

function memoryOf(share: number, full = 0): string {
  return judgeMemory({ availableBytes: share * 8e9, totalBytes: 8e9, pressure: { some: full, full } }).status;
}

function loadOf(perCore: number): string {
  return judgeLoad({ perCore, pressure: null }).status;
}

async function haveNoQueue(): Promise<never> {
  throw new OmegaError('no queue here', { code: 'E_NO_QUEUE' });
}

test('all checks of the catalogue can be put in order', () => {
  const checks = Object.values(catalogue);
  expect(inOrder(checks)).toHaveLength(checks.length);
});

test('no check of the catalogue may take longer than the heartbeat has', () => {
  for (const { timeoutMs } of Object.values(catalogue)) expect(timeoutMs).toBeLessThan(15_000);
});

test('a child that is ready runs', async () => {
  expect(await run(edge, probesOf(supervisor({})))).toEqual({ status: 'ok', reason: 'Runs' });
});

test('a child that exited leaves no doubt', async () => {
  const finding = await run(edge, probesOf(supervisor({ state: 'backoff', lastExit: 'exit code 1' })));
  expect(finding).toEqual({ status: 'fail', explicit: true, reason: 'Does not run; it ended with exit code 1' });
});

test('a child that was paused by hand does not run either', async () => {
  expect(await run(edge, probesOf(supervisor({ state: 'paused' })))).toMatchObject({ status: 'fail', explicit: true });
});

test('a child that is starting may be ready at the second look', async () => {
  const finding = await run(edge, probesOf(supervisor({ state: 'starting' })));
  expect(finding).toMatchObject({ status: 'fail' });
  expect(finding.explicit).toBeUndefined();
});

test('a child that keeps restarting is a warning even while it runs', async () => {
  expect((await run(edge, probesOf(supervisor({ recentRestarts: 3 })))).status).toBe('warn');
});

test('without a supervisor a child is unknown, not down', async () => {
  expect(await run(edge, probesOf(noSupervisor))).toEqual({
    status: 'unknown',
    reason: 'No supervisor on this machine',
  });
});

test('a Redis of the owner’s own is judged by whether it answers', async () => {
  expect((await run(redis, probesOf(supervisor({})))).status).toBe('ok');
  expect((await run(redis, probesOf({ ...noSupervisor, queues: refuse }))).status).toBe('fail');
});

test('the canary tells how long it took', async () => {
  expect(await run(queueCanary)).toMatchObject({ status: 'ok', latencyMs: 3 });
  expect((await run(queueCanary, probesOf({ canary: async () => 2500 }))).status).toBe('warn');
});

test('a canary that does not come back fails with the reason', async () => {
  expect(await run(queueCanary, probesOf({ canary: refuse }))).toEqual({
    status: 'fail',
    reason: 'No job goes through: connect ECONNREFUSED',
  });
});

test('a process without a queue to ask knows nothing about it, and does not call it down', async () => {
  const probes = probesOf({ ...noSupervisor, canary: haveNoQueue, queues: haveNoQueue });
  const options = { clock: stillClock(), probes, signal: never, secrets: [], say };
  expect((await lookAt(queueCanary, options)).status).toBe('unknown');
  expect((await lookAt(redis, options)).status).toBe('unknown');
});

test('clocks that differ by more than a second are a warning that says which way', async () => {
  const skew = async (ms: number) => run(clock, probesOf({ clockSkewMs: async () => ms }));
  expect((await skew(1000)).status).toBe('ok');
  expect(await skew(1400)).toMatchObject({ status: 'warn', reason: '1.4 s ahead of the clock of Redis' });
  expect(await skew(-3000)).toMatchObject({ status: 'warn', reason: '3.0 s behind the clock of Redis' });
  expect((await run(clock, probesOf({ clockSkewMs: refuse }))).status).toBe('unknown');
});

test('a job past its deadline is named, with how it last ended', async () => {
  const overdue = jobDeadline({ job: 'site-render', deadlineAt: noon - 1, lastOutcome: 'dead' });
  expect(await run(scheduler, probesOf({ deadlines: async () => [jobDeadline(), overdue] }))).toEqual({
    status: 'fail',
    reason: 'Overdue: site-render (last outcome: dead)',
  });
});

test('a job that is made up for within the minute after a start raises no alarm', async () => {
  using folder = temporaryFolder();
  let late = true;
  const probes = probesOf({ deadlines: async () => [jobDeadline({ deadlineAt: late ? 0 : Date.now() + minute })] });
  const checks = [{ ...scheduler, dependsOn: [] }];
  using bench = openHealth(folder.path, { clock: systemClock, checks: () => checks, probes });
  const states = new Set<string | undefined>();
  for (const isLate of [true, true, true, false, false]) {
    late = isLate;
    await bench.health.beat(new AbortController().signal, 'all');
    states.add(Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8'))).checks[0]?.state);
  }
  expect([...states]).toEqual(['new', 'up']);
});

test('a scheduler that knows no job is unknown', async () => {
  expect((await run(scheduler, probesOf({ deadlines: async () => [] }))).status).toBe('unknown');
});

test('two workers on the heartbeat’s queue are a warning with what to do, for each would take the other’s looks', async () => {
  const finding = await run(queues, probesOf({ queues: async () => [queueCounts({ workers: 2 })] }));
  expect(finding).toMatchObject({
    status: 'warn',
    reason: '2 workers take the heartbeat’s jobs, so their looks are mixed',
  });
  expect(finding.todo?.command).toContain('--queues');
  expect((await run(queues, probesOf({ queues: async () => [queueCounts({ workers: null })] }))).status).toBe('ok');
});

test('dead letters wait for the owner', async () => {
  const finding = await run(queues, probesOf({ queues: async () => [queueCounts({ dead: 2 })] }));
  expect(finding).toMatchObject({
    status: 'warn',
    reason: '2 dead letters in system',
    todo: { command: 'npm run jobs -- dead' },
  });
});

test('a paused queue waits for the owner, and its jobs do not count as stuck', async () => {
  const paused = queueCounts({ name: 'swarm', paused: true, oldestWaitingMs: 60 * minute });
  const finding = await run(queues, probesOf({ queues: async () => [paused] }));
  expect(finding).toMatchObject({ status: 'warn', todo: { command: 'npm run jobs -- resume swarm' } });
});

test('jobs that nobody takes are a warning after 5 minutes and a fail after 15', async () => {
  expect((await lookAtWait(4 * minute)).status).toBe('ok');
  expect((await lookAtWait(6 * minute)).status).toBe('warn');
  expect((await lookAtWait(16 * minute)).status).toBe('fail');
});

test('the real disk of a real folder is read', async () => {
  expect((await run(disk)).reason).toMatch(/^\d+ % (used, \d+ GB free|of the possible files are in use)$/);
});

test('a disk warns from 85 % and is full from 95 %, without doubt', () => {
  expect(diskOf(0.849).status).toBe('ok');
  expect(diskOf(0.85).status).toBe('warn');
  expect(diskOf(0.95)).toMatchObject({ status: 'fail', explicit: true, reason: '95 % used, 5 GB free' });
  expect(diskOf(0.2, 0.96)).toMatchObject({ status: 'fail', reason: '96 % of the possible files are in use' });
});

test('the real memory and load of this machine are read', async () => {
  expect((await run(memory)).reason).toMatch(/^\d+ % of [\d.]+ GiB available/);
  expect((await run(load)).reason).toMatch(/^[\d.]+ per core over five minutes/);
});

test('memory that runs short warns, and so does work that stands still for it', () => {
  expect([memoryOf(0.5), memoryOf(0.09), memoryOf(0.03)]).toEqual(['ok', 'warn', 'fail']);
  expect([memoryOf(0.5, 11), memoryOf(0.5, 41)]).toEqual(['warn', 'fail']);
});

test('a system that does not say how much memory is left is unknown', () => {
  expect(judgeMemory({ availableBytes: Number.NaN, totalBytes: 8e9, pressure: null }).status).toBe('unknown');
});

test('load is judged per core', () => {
  expect([0.3, 2, 8, Number.NaN].map(loadOf)).toEqual(['ok', 'warn', 'fail', 'unknown']);
});

test('pressure is the average of the last minute', () => {
  const text = 'some avg10=1.00 avg60=2.50 avg300=3.00 total=4\nfull avg10=0.10 avg60=0.20 avg300=0.30 total=4\n';
  expect(parsePressure(text)).toEqual({ some: 2.5, full: 0.2 });
});

test('one place that answers is enough for the internet to be there', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const finding = await run(
    egressCheck([
      { host: '127.0.0.1', port: 1 },
      { host: '127.0.0.1', port },
    ]),
  );
  server.close();
  expect(finding).toMatchObject({ status: 'ok', reason: 'Reached 127.0.0.1', latencyMs: expect.any(Number) });
});

test('when no place answers the internet is gone', async () => {
  expect(await run(egressCheck([{ host: '127.0.0.1', port: 1 }]))).toEqual({
    status: 'fail',
    reason: 'Reached none of 127.0.0.1',
  });
});

test('the age of the page is that of its file', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'site', 'index.html');
  expect((await run(page, probesOf({ page: path }))).status).toBe('unknown');
  mkdirSync(dirname(path));
  writeFileSync(path, '<!doctype html>');
  const aged = (ms: number): Promise<Told> => {
    utimesSync(path, (noon - ms) / 1000, (noon - ms) / 1000);
    return run(page, probesOf({ page: path }));
  };
  expect([(await aged(2 * minute)).status, (await aged(4 * minute)).status, (await aged(11 * minute)).status]).toEqual([
    'ok',
    'warn',
    'fail',
  ]);
});
