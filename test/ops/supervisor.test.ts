import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '#ops/lock.ts';
import { fixtureService, temporarySettings, watchedSupervisor } from '../support/ops.ts';

test('a service that crashes is started again, and is ready within a second', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await watchedSupervisor({ services: [fixtureService('web')], settings });
  const before = await supervisor.until('web', ({ state }) => state === 'ready');
  const killedAt = performance.now();
  process.kill(before.pid!, 'SIGKILL');
  const after = await supervisor.until('web', ({ state, restarts }) => state === 'ready' && restarts === 1);
  expect(performance.now() - killedAt).toBeLessThan(1000);
  expect(after).toMatchObject({ recentRestarts: 1, lastExit: 'killed by SIGKILL' });
  expect(after.pid).not.toBe(before.pid);
});

test('a frozen process is killed and started again', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await watchedSupervisor({ services: [fixtureService('web')], settings });
  const { pid } = await supervisor.until('web', ({ state }) => state === 'ready');
  process.kill(pid!, 'SIGSTOP');
  const after = await supervisor.until('web', ({ state, restarts }) => state === 'ready' && restarts === 1);
  expect(after.lastExit).toMatch(/no sign of life for .* s, so it was killed/);
  expect(isAlive(pid)).toBe(false);
});

test('a process in a busy loop is killed and started again', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await watchedSupervisor({ services: [fixtureService('web')], settings });
  const { pid } = await supervisor.until('web', ({ state }) => state === 'ready');
  process.kill(pid!, 'SIGUSR2');
  const after = await supervisor.until('web', ({ state, restarts }) => state === 'ready' && restarts === 1);
  expect(after.lastExit).toMatch(/no sign of life/);
});

async function missingProgram(): Promise<never> {
  throw new Error('there is no such program');
}

test('a crash loop is waited out ever longer instead of spun', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await watchedSupervisor({ services: [fixtureService('web', 'crash')], settings });
  const before = performance.now();
  await supervisor.until('web', ({ state, restarts }) => state === 'backoff' && restarts === 5);
  const elapsedMs = performance.now() - before;
  expect(elapsedMs).toBeGreaterThan(1500); // 0 + 0 + 0 + 500 + 1000 ms of waiting.
  expect(supervisor.of('web').lastExit).toBe('exit code 3');
});

test('a service that cannot be started at all says why, and is tried again', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await watchedSupervisor({
    services: [fixtureService('web', 'good', { command: missingProgram })],
    settings,
  });
  const status = await supervisor.until('web', ({ state, restarts }) => state === 'backoff' && restarts === 3);
  expect(status).toMatchObject({ pid: null, lastExit: 'there is no such program' });
});

test('a service starts once what it depends on is ready', async () => {
  await using settings = await temporarySettings();
  const services = [fixtureService('worker', 'good', { dependsOn: ['redis'] }), fixtureService('redis')];
  await using supervisor = await watchedSupervisor({ services, settings });
  await supervisor.until('worker', ({ state }) => state === 'ready');
  const order = supervisor.changes.filter(({ pid }) => pid !== null).map(({ name, state }) => `${name} ${state}`);
  expect(order).toEqual(['redis starting', 'redis ready', 'worker starting', 'worker ready']);
});

test('a service whose dependency never comes is started all the same, only later', async () => {
  await using settings = await temporarySettings();
  const services = [fixtureService('redis', 'crash'), fixtureService('worker', 'good', { dependsOn: ['redis'] })];
  await using supervisor = await watchedSupervisor({ services, settings, dependencyPatienceMs: 300 });
  expect(await supervisor.until('worker', ({ state }) => state === 'ready')).toMatchObject({ restarts: 0 });
});

test('a service is left alone when what it depends on dies', async () => {
  await using settings = await temporarySettings();
  const services = [fixtureService('redis'), fixtureService('worker', 'good', { dependsOn: ['redis'] })];
  await using supervisor = await watchedSupervisor({ services, settings });
  const worker = await supervisor.until('worker', ({ state }) => state === 'ready');
  process.kill(supervisor.of('redis').pid!, 'SIGKILL');
  await supervisor.until('redis', ({ state, restarts }) => state === 'ready' && restarts === 1);
  expect(supervisor.of('worker')).toEqual(worker);
});

test('services are stopped in the reverse order, in an orderly way, and nothing is left', async () => {
  await using settings = await temporarySettings();
  const services = [fixtureService('redis'), fixtureService('worker', 'good', { dependsOn: ['redis'] })];
  const supervisor = await watchedSupervisor({ services, settings });
  await supervisor.until('worker', ({ state }) => state === 'ready');
  const pids = supervisor.status().map(({ pid }) => pid);
  await supervisor.stop();
  expect(readFileSync(join(settings.paths.run, 'journal'), 'utf8')).toBe('worker stopped\nredis stopped\n');
  expect(supervisor.status().map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('a process that ignores its stop signal is killed when its time is up', async () => {
  await using settings = await temporarySettings();
  const supervisor = await watchedSupervisor({ services: [fixtureService('web', 'deaf')], settings });
  const { pid } = await supervisor.until('web', ({ state }) => state === 'ready');
  await supervisor.stop();
  expect(supervisor.of('web').lastExit).toBe('killed by SIGKILL');
  expect(isAlive(pid)).toBe(false);
});

test('a paused service stays down until it is resumed', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await watchedSupervisor({ services: [fixtureService('web')], settings });
  await supervisor.until('web', ({ state }) => state === 'ready');
  supervisor.pause('web');
  expect(await supervisor.until('web', ({ state }) => state === 'paused')).toMatchObject({ pid: null });
  supervisor.resume('web');
  expect(await supervisor.until('web', ({ state }) => state === 'ready')).toMatchObject({ restarts: 1 });
});

test('a service that is restarted by hand ends in an orderly way first, even out of a long backoff', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await watchedSupervisor({ services: [fixtureService('web', 'crash')], settings });
  await supervisor.until('web', ({ state, restarts }) => state === 'backoff' && restarts === 3);
  const before = performance.now();
  supervisor.restart('web');
  await supervisor.until('web', ({ restarts }) => restarts === 4);
  expect(performance.now() - before).toBeLessThan(400);
});

test('a service that the configuration makes needless is not run', async () => {
  await using settings = await temporarySettings();
  const services = [
    fixtureService('redis', 'good', { enabled: () => false }),
    fixtureService('worker', 'good', { dependsOn: ['redis'] }),
  ];
  await using supervisor = await watchedSupervisor({ services, settings });
  await supervisor.until('worker', ({ state }) => state === 'ready');
  expect(supervisor.status().map(({ name }) => name)).toEqual(['worker']);
  expect(() => supervisor.restart('redis')).toThrow('There is no service redis here.');
});

test('what a service says is kept as lines of JSON, its own or wrapped', async () => {
  await using settings = await temporarySettings();
  const supervisor = await watchedSupervisor({ services: [fixtureService('web')], settings });
  await supervisor.until('web', ({ state }) => state === 'ready');
  await supervisor.stop();
  const file = join(settings.paths.logs, 'web.log');
  expect(existsSync(file)).toBe(true);
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'info', name: 'web', msg: 'web says hello' }));
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', msg: 'its own words' }));
});
