import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '#lib/paths.ts';
import { runProgram, temporaryFolder } from '../support/outsider.ts';
import { ownersRedis } from '../support/owners-redis.ts';

const Said = z.object({
  findings: z.array(
    z.object({ subject: z.string(), state: z.string(), what: z.string(), mend: z.string().optional() }),
  ),
});
type Found = z.infer<typeof Said>['findings'];

async function doctor(
  env: Readonly<Record<string, string>>,
): Promise<{ exitCode: number | null; found: Found; text: string }> {
  const { exitCode, stdout } = await runProgram(process.execPath, [join(root, 'scripts', 'doctor.ts'), '--json'], {
    env,
  });
  return { exitCode, found: Said.parse(JSON.parse(stdout)).findings, text: stdout };
}

test('a machine that was never started has no fault, and what is not there yet is unknown, not fine', async () => {
  using folder = temporaryFolder();
  const { exitCode, found } = await doctor({ OMEGA_DATA_DIR: join(folder.path, 'data') });
  expect(found.filter(({ state }) => state === 'fault')).toEqual([]);
  expect(exitCode).toBe(0);
  expect(found.find(({ subject }) => subject === 'data folder')).toMatchObject({ state: 'unknown' });
  expect(found.find(({ subject }) => subject === 'keys')).toMatchObject({ state: 'unknown' });
});

test('each fault of the configuration is named, and what hangs on it is unknown', async () => {
  const { exitCode, found } = await doctor({ OMEGA_EDGE_PORT: 'x', REDIS_URL: 'foo', OMEGA_TIMEZONE: 'Mars/Base' });
  const faults = found.filter(({ subject, state }) => subject === 'configuration' && state === 'fault');
  expect(new Set(faults.map(({ what }) => what.split(' ')[0]))).toEqual(
    new Set(['OMEGA_EDGE_PORT', 'OMEGA_TIMEZONE', 'REDIS_URL']),
  );
  expect(found.find(({ subject }) => subject === 'Redis')).toMatchObject({ state: 'unknown' });
  expect(exitCode).toBe(1);
});

test('a key that others may read is a fault, with the command that mends it', async () => {
  using folder = temporaryFolder();
  const keys = join(folder.path, 'keys');
  mkdirSync(keys, { mode: 0o700 });
  writeFileSync(join(keys, 'board.token'), 'x', { mode: 0o644 });
  const { exitCode, found } = await doctor({ OMEGA_DATA_DIR: folder.path });
  expect(found.find(({ subject }) => subject === 'keys')).toEqual({
    subject: 'keys',
    state: 'fault',
    what: 'others may read board.token',
    mend: `chmod -R go= '${keys}'`,
  });
  expect(exitCode).toBe(1);
});

test('a key that is empty is a fault, with what mends it', async () => {
  using folder = temporaryFolder();
  const keys = join(folder.path, 'keys');
  mkdirSync(keys, { mode: 0o700 });
  writeFileSync(join(keys, 'redis.password'), '', { mode: 0o600 });
  const { exitCode, found } = await doctor({ OMEGA_DATA_DIR: folder.path });
  expect(found.find(({ subject }) => subject === 'keys')).toMatchObject({
    state: 'fault',
    what: 'empty or cut off: redis.password',
    mend: expect.stringContaining('npm start'),
  });
  expect(exitCode).toBe(1);
});

test('a Redis that does not answer is a fault, and its password is not shown', async () => {
  using folder = temporaryFolder();
  const { exitCode, found, text } = await doctor({
    OMEGA_DATA_DIR: folder.path,
    REDIS_URL: 'redis://:very-secret-word@127.0.0.1:9',
  });
  expect(found.find(({ subject }) => subject === 'Redis')).toMatchObject({ state: 'fault' });
  expect(text).not.toContain('very-secret-word');
  expect(exitCode).toBe(1);
});

test('a Redis that refuses the password is a fault in its own words', async () => {
  using folder = temporaryFolder();
  await using redis = await ownersRedis(folder.path);
  const url = `redis://:wrong-secret@127.0.0.1:${redis.port}`;
  const { found, text } = await doctor({ OMEGA_DATA_DIR: folder.path, REDIS_URL: url });
  const { state, what } = found.find(({ subject }) => subject === 'Redis') ?? {};
  expect([state, what]).toEqual([
    'fault',
    expect.stringContaining(`127.0.0.1:${redis.port}: Redis cannot be used: WRONGPASS`),
  ]);
  expect(text).not.toContain('wrong-secret');
});

test('a port that another program holds is a fault where the owner set it', async () => {
  using folder = temporaryFolder();
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const { found } = await doctor({ OMEGA_DATA_DIR: folder.path, OMEGA_EDGE_PORT: port });
  expect(found.find(({ subject }) => subject === 'port')).toMatchObject({
    state: 'fault',
    what: `127.0.0.1:${port} is taken by another program`,
  });
});
