import { once } from 'node:events';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Push } from '#holding/health/check.ts';
import { openDatabase } from '#holding/health/store/database.ts';
import { pushesIn } from '#holding/health/store/pushes.ts';
import { readEnv } from '#lib/env.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import { pushDoor } from '../../scripts/push-door.ts';
import { pushTokens } from '../../scripts/push-tokens.ts';
import { pushUrl } from '../../scripts/push-url.ts';
import { listen, type Listening } from '#site/listen.ts';
import { temporaryFolder } from '../support/site.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let paths: DataPaths;
let server: Listening;
let token: string;
let monotonic = 0;

const now = Date.UTC(2026, 2, 3, 12);

beforeEach(async () => {
  folder = await temporaryFolder();
  const env = readEnv({ OMEGA_DATA_DIR: folder.path }, '/nonexistent/.env');
  paths = dataPaths(env);
  for (const made of [paths.run, paths.keys]) await mkdir(made, { recursive: true });
  await writeFile(paths.checks, 'checks:\n  - { id: backup, kind: push, every: 1h }\n  - { id: web, kind: http }\n');
  openDatabase(paths.healthDb, { now, log: silentLog }).db.close();
  monotonic = 0;
  const clock = { now: () => now, monotonic: () => monotonic };
  server = await listen({
    app: pushDoor({ env, paths, log: silentLog, clock }),
    host: '127.0.0.1',
    port: 0,
    lastPort: undefined,
  });
  token = (await pushUrl({ env, paths }, 'backup')).split('/').at(-1) ?? '';
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function call(told: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}/push/${token}${told}`, init);
}

function written(): readonly Push[] {
  using db = new DatabaseSync(paths.healthDb, { readOnly: true });
  return pushesIn(db).of('backup', 0);
}

test.each(['GET', 'POST'])('a %s is written down, answered OK, and rings the bell', async (method) => {
  const answer = await call('/start?rid=run-1', { method });
  expect([answer.status, await answer.text()]).toEqual([200, 'OK\n']);
  expect(written()).toEqual([{ at: now, kind: 'start', run: 'run-1', exitCode: null, body: '' }]);
  expect((await readFile(paths.bell, 'utf8')).length).toBeGreaterThan(0);
});

test('a HEAD counts as well', async () => {
  expect((await call('', { method: 'HEAD' })).status).toBe(200);
  expect(written()).toMatchObject([{ kind: 'success' }]);
});

test('an exit code and what was printed are kept', async () => {
  await call('/23', { method: 'POST', body: 'disk full\n' });
  expect(written()).toMatchObject([{ kind: 'fail', exitCode: 23, body: 'disk full' }]);
});

test('the key is its owner’s alone', async () => {
  expect((await stat(paths.pushKey)).mode & 0o777).toBe(0o600);
});

test('what is no token of a push check is not there, as anything else', async () => {
  const web = await pushUrl({ env: readEnv({}, '/nonexistent/.env'), paths }, 'web');
  const own = token;
  for (const other of ['x', own.slice(0, -1), `${own}x`, web.split('/').at(-1) ?? '', 'A'.repeat(43)]) {
    token = other;
    const answer = await call('/start');
    expect([answer.status, await answer.text()]).toEqual([404, 'There is nothing here.']);
  }
  token = own;
  for (const told of ['/stop', '/256', '/start/more']) expect((await call(told)).status).toBe(404);
  expect((await call('', { method: 'DELETE' })).status).toBe(404);
  expect((await call('?rid=a%20b')).status).toBe(400);
  expect(written()).toEqual([]);
});

test('a check that is gone from the file is not there any more, and a new one is at once', async () => {
  await writeFile(paths.checks, 'checks: [{ id: other, kind: push, every: 1h }]\n');
  expect((await call('')).status).toBe(404);
  await writeFile(
    paths.checks,
    'checks: [{ id: other, kind: push, every: 1h }, { id: backup, kind: push, every: 2h }]\n',
  );
  expect((await call('')).status).toBe(200);
});

test('a file with a fault leaves those of the last good one', async () => {
  await rename(paths.checks, paths.checksGood);
  await writeFile(paths.checks, 'checks: [{ id: ');
  expect((await call('')).status).toBe(200);
});

test('of a file with a fault no word stands in the log: it may hold a key', async () => {
  await writeFile(
    paths.checks,
    'checks:\n  - { id: web, headers: { Authorization: "Bearer hunter2" }\n  - x: "hunter2\n',
  );
  const lines: unknown[] = [];
  const log = { ...silentLog, warn: (...words: unknown[]) => void lines.push(words) };
  const env = readEnv({ OMEGA_DATA_DIR: folder.path }, '/nonexistent/.env');
  expect(await pushTokens({ env, paths, log })()).toEqual(new Map());
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

test('sixty calls a minute are taken, and the next one is told when to come back', async () => {
  for (let index = 0; index < 60; index += 1) expect((await call('/log')).status).toBe(200);
  const refused = await call('/log');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  monotonic += 1000;
  expect((await call('/log')).status).toBe(200);
  expect(written()).toHaveLength(61);
});

test('a failure gets through whatever pings came before it, and is limited by other failures alone', async () => {
  for (let index = 0; index < 61; index += 1) await call('/success');
  expect((await call('/success')).status).toBe(429);
  for (let index = 0; index < 60; index += 1) expect((await call(index % 2 === 0 ? '/fail' : '/1')).status).toBe(200);
  expect((await call('/fail')).status).toBe(429);
  expect(written().filter(({ kind }) => kind === 'fail')).toHaveLength(60);
});

test('what says nothing counts for nothing', async () => {
  for (let index = 0; index < 61; index += 1) expect((await call('/nothing')).status).toBe(404);
  expect((await call('')).status).toBe(200);
});

test('where it cannot be written down the caller is told to try again', async () => {
  using other = new DatabaseSync(paths.healthDb);
  other.exec('BEGIN IMMEDIATE');
  const busy = await call('');
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '5']);
  other.exec('ROLLBACK');
  await rm(paths.healthDb);
  expect((await call('')).status).toBe(503);
  await expect(stat(paths.healthDb)).rejects.toThrow('ENOENT');
});

test('a database that was set aside meanwhile is not written to', async () => {
  expect((await call('/log')).status).toBe(200);
  await rename(paths.healthDb, `${paths.healthDb}.broken`);
  for (const suffix of ['-wal', '-shm']) await rm(paths.healthDb + suffix, { force: true });
  openDatabase(paths.healthDb, { now, log: silentLog }).db.close();
  expect((await call('/start')).status).toBe(200);
  expect(written()).toMatchObject([{ kind: 'start' }]);
});

test('a bell that cannot be rung hinders nobody', async () => {
  await rm(paths.run, { recursive: true });
  expect((await call('')).status).toBe(200);
});

test('of a body without end the beginning is kept, and the caller is answered', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const posting = request({ port: server.port, host: '127.0.0.1', path: `/push/${token}/log`, method: 'POST' });
  posting.on('error', () => {});
  const pump = (): void => {
    while (!posting.destroyed && posting.write(chunk));
    if (!posting.destroyed) posting.once('drain', pump);
  };
  pump();
  const [response] = await once(posting, 'response');
  expect(response.statusCode).toBe(200);
  posting.destroy();
  expect(written()).toMatchObject([{ body: 'x'.repeat(1024) }]);
});

test('a body that trickles is not waited for', async () => {
  const posting = request({ port: server.port, host: '127.0.0.1', path: `/push/${token}/fail`, method: 'POST' });
  posting.on('error', () => {});
  posting.write('first words');
  const [response] = await once(posting, 'response');
  expect(response.statusCode).toBe(200);
  posting.destroy();
  expect(written()).toMatchObject([{ kind: 'fail', body: 'first words' }]);
});
