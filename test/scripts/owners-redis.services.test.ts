import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { temporarySettings } from '../support/ops.ts';
import { runProgram, type Ended } from '../support/outsider.ts';
import { freePort, ownersPassword, ownersRedis } from '../support/owners-redis.ts';

async function startOnce(data: string, redisUrl: string): Promise<Ended> {
  const args = [join(root, 'scripts', 'start.ts'), '--once'];
  return await runProgram(process.execPath, args, { env: { OMEGA_DATA_DIR: data, REDIS_URL: redisUrl } });
}

test('a start that is asked for once ends with 75 where REDIS_URL leads nowhere, before anything is started', async () => {
  await using settings = await temporarySettings();
  const { exitCode, stdout, stderr } = await startOnce(settings.paths.data, `redis://127.0.0.1:${await freePort()}`);
  expect(stderr).toMatch(/^✗ Redis cannot be used: .*ECONNREFUSED.*\n {2}→ .*\n$/);
  expect({ exitCode, stdout }).toEqual({ exitCode: 75, stdout: '' });
  expect(readdirSync(settings.paths.run)).toEqual([]);
});

test('a wrong password in REDIS_URL is told as Redis tells it, and not shown', async () => {
  await using settings = await temporarySettings();
  await using redis = await ownersRedis(settings.paths.data);
  const { exitCode, stderr } = await startOnce(settings.paths.data, `redis://:wrong-secret@127.0.0.1:${redis.port}`);
  expect(stderr).toMatch(/^✗ Redis cannot be used: WRONGPASS.*\n/);
  expect(stderr).not.toContain('wrong-secret');
  expect(exitCode).toBe(75);
});

test('a read-only replica in REDIS_URL ends a single start with 2', async () => {
  await using settings = await temporarySettings();
  await using redis = await ownersRedis(settings.paths.data, '--replicaof', '127.0.0.1', '1');
  const { exitCode, stderr } = await startOnce(
    settings.paths.data,
    `redis://:${ownersPassword}@127.0.0.1:${redis.port}`,
  );
  expect(stderr).toContain('✗ Redis is a read-only replica');
  expect(exitCode).toBe(2);
});

test('a start that stays up says what is wrong with REDIS_URL, and goes on to serve the page', async () => {
  await using settings = await temporarySettings();
  const env = { OMEGA_DATA_DIR: settings.paths.data, REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
  const start = await runProgram(process.execPath, [join(root, 'scripts', 'start.ts'), '--detach'], { env });
  const stop = await runProgram(process.execPath, [join(root, 'scripts', 'stop.ts')], { env });
  expect([start.exitCode, start.stdout]).toEqual([0, expect.stringContaining('The page: http://')]);
  expect(start.stderr).toMatch(/! Redis cannot be used: .*ECONNREFUSED.*\n {2}→ /);
  expect(stop.exitCode).toBe(0);
});
