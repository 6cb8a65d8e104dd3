import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askRedis } from '#ops/redis-wire.ts';
import type { ServiceSettings } from '#ops/service.ts';
import redis from '#ops/services/redis.ts';
import { temporarySettings, watchedSupervisor, type WatchedSupervisor } from '../support/ops.ts';

const liveness = { everyMs: 2000, misses: 3, startMs: 30_000 };
const { signal } = new AbortController();

async function startRedis(settings: ServiceSettings): Promise<WatchedSupervisor> {
  const supervisor = await watchedSupervisor({ services: [redis], settings, liveness });
  await supervisor.until('redis', ({ state }) => state === 'ready');
  return supervisor;
}

async function ask({ paths }: ServiceSettings, ...commands: string[][]): Promise<string[]> {
  const password = (await readFile(paths.redisPassword, 'utf8')).trim();
  return (await askRedis(paths.redisSocket, [['AUTH', password], ...commands], signal)).slice(1);
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

test('the private Redis starts and takes nobody who has no password', async () => {
  await using settings = await temporarySettings();
  await using _supervisor = await startRedis(settings);
  expect(await askRedis(settings.paths.redisSocket, [['PING']], signal)).toEqual(['-NOAUTH Authentication required.']);
  expect(await ask(settings, ['SET', 'a', '1'])).toEqual(['+OK']);
});

test('the private Redis listens on no network port', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await startRedis(settings);
  const inodes = execFileSync('sh', ['-c', `ls -l /proc/${supervisor.of('redis').pid}/fd`], { encoding: 'utf8' });
  const tcp = ['/proc/net/tcp', '/proc/net/tcp6']
    .filter(existsSync)
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  const sockets = [...inodes.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode);
  expect(sockets.length).toBeGreaterThan(0);
  expect(sockets.filter((inode) => tcp.includes(` ${inode} `))).toEqual([]);
});

test('its password, socket and configuration are for the owner alone, and ps shows no password', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await startRedis(settings);
  const { paths } = settings;
  expect([paths.redisPassword, paths.redisSocket, join(paths.run, 'redis.conf')].map(modeOf)).toEqual([
    0o600, 0o600, 0o600,
  ]);
  expect([paths.redis, paths.keys].map(modeOf)).toEqual([0o700, 0o700]);
  const commandLine = readFileSync(`/proc/${supervisor.of('redis').pid}/cmdline`, 'utf8');
  expect(commandLine).not.toContain(readFileSync(paths.redisPassword, 'utf8').trim());
});

test('a job that Redis acknowledged is there again after kill -9', async () => {
  await using settings = await temporarySettings();
  await using supervisor = await startRedis(settings);
  await ask(settings, ['SET', 'acknowledged', 'yes']);
  const killedAt = performance.now();
  process.kill(supervisor.of('redis').pid!, 'SIGKILL');
  await supervisor.until('redis', ({ state, restarts }) => state === 'ready' && restarts === 1);
  expect(performance.now() - killedAt).toBeLessThan(1000);
  expect(await ask(settings, ['EXISTS', 'acknowledged'])).toEqual([':1']);
});

test('a password file that is empty, as after a full disk, does not keep the private Redis from starting', async () => {
  await using settings = await temporarySettings();
  mkdirSync(settings.paths.keys);
  writeFileSync(settings.paths.redisPassword, '');
  await using supervisor = await startRedis(settings);
  expect(supervisor.of('redis').restarts).toBe(0);
  expect(await ask(settings, ['PING'])).toEqual(['+PONG']);
});

test('its settings are those of a queue: every write on disk, nothing ever evicted', async () => {
  await using settings = await temporarySettings();
  await using _supervisor = await startRedis(settings);
  const config = readFileSync(join(settings.paths.run, 'redis.conf'), 'utf8');
  for (const line of ['port 0', 'appendonly yes', 'appendfsync always', 'maxmemory-policy noeviction']) {
    expect(config.split('\n')).toContain(line);
  }
});

test('a Redis that an earlier supervisor left behind is ended before a new one takes its files', async () => {
  await using settings = await temporarySettings();
  const { file, args } = await redis.command(settings);
  const orphan = spawn(file, args, { stdio: 'ignore' });
  const exited = new Promise((resolve) => orphan.once('exit', resolve));
  while (!existsSync(settings.paths.redisSocket)) await new Promise((resolve) => setImmediate(resolve));
  await using supervisor = await startRedis(settings);
  await exited;
  expect(supervisor.of('redis')).toMatchObject({ state: 'ready', restarts: 0 });
});

test('an address of the owner’s own makes the private Redis needless', async () => {
  await using settings = await temporarySettings();
  expect(redis.enabled({ ...settings, env: { ...settings.env, redisUrl: 'redis://somewhere:6379' } })).toBe(false);
  expect(redis.enabled(settings)).toBe(true);
});
