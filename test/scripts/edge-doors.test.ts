import { mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnv } from '#lib/env.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths } from '#lib/paths.ts';
import { edgeDoors, type EdgeDoors } from '../../scripts/edge-doors.ts';
import { listenOnNetwork } from '../../scripts/edge-network.ts';
import { temporaryFolder } from '../support/site.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let doors: EdgeDoors;

const lan = '192.168.1.7';
const me = { 'tailscale-user-login': 'you@example.com' };

beforeEach(async () => {
  folder = await temporaryFolder();
  const env = readEnv({ OMEGA_DATA_DIR: folder.path, OMEGA_EDGE_HOST: lan }, '/nonexistent/.env');
  await mkdir(join(folder.path, 'site'));
  await writeFile(join(folder.path, 'site', 'index.html'), 'the page');
  doors = edgeDoors({ env, paths: dataPaths(env) }, silentLog);
});

afterEach(() => folder[Symbol.asyncDispose]());

async function statuses(door: Hono, headers: Record<string, string>): Promise<readonly number[]> {
  const paths = ['/', '/healthz', '/board/', '/mcp', `/push/${'A'.repeat(43)}`];
  return Promise.all(paths.map(async (path) => (await door.request(`http://x${path}`, { headers })).status));
}

test('from this machine there is everything, whoever the headers say it is', async () => {
  const expected = [200, 503, 503, 401, 404];
  expect(await statuses(doors.loopback, { host: '127.0.0.1:8501' })).toEqual(expected);
  expect(await statuses(doors.loopback, { host: '127.0.0.1:8501', 'tailscale-funnel-request': '?1' })).toEqual(
    expected,
  );
});

test('from this machine a foreign name opens nothing, even with the headers of Tailscale', async () => {
  for (const host of ['nuc.tail1234.ts.net', lan, 'evil.example'])
    expect(await statuses(doors.loopback, { host, ...me })).toEqual([421, 421, 421, 421, 421]);
});

test('through Tailscale there is everything, under the name of the tailnet, for whom it names', async () => {
  const host = 'nuc.tail1234.ts.net';
  expect(await statuses(doors.tailscale, { host, ...me })).toEqual([200, 503, 503, 401, 404]);
  expect(await statuses(doors.tailscale, { host })).toEqual([403, 403, 403, 403, 403]);
  expect(await statuses(doors.tailscale, { host, ...me, 'tailscale-funnel-request': '?1' })).toEqual(
    Array(5).fill(403),
  );
});

test('on the local network there are the rendered files, and no more', async () => {
  expect(await statuses(doors.network, { host: `${lan}:8501` })).toEqual([200, 503, 404, 404, 404]);
  expect(await statuses(doors.network, { host: 'evil.example' })).toEqual(Array(5).fill(421));
  expect((await doors.network.request('http://x/', { method: 'POST', headers: { host: lan } })).status).toBe(405);
});

test('sealed reports and their reader are for trusted doors: not for the local network', async () => {
  const ask = async (door: Hono, host: string, path: string): Promise<number> =>
    (await door.request(`http://x${path}`, { headers: { host, ...me } })).status;
  expect(await ask(doors.loopback, 'localhost', '/reader/manifest.webmanifest')).toBe(200);
  expect(await ask(doors.tailscale, 'nuc.tail1234.ts.net', '/reader/manifest.webmanifest')).toBe(200);
  for (const path of ['/reader/', '/reader/manifest.webmanifest', '/reader/reader.html', '/reports/1.orp'])
    expect(await ask(doors.network, lan, path)).toBe(404);
});

test('whoever is turned away is not kept by a browser', async () => {
  const { headers } = await doors.tailscale.request('http://x/');
  expect(Object.fromEntries(headers)).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
});

test('an address that this machine does not have yet is waited for', async () => {
  const told: string[] = [];
  const log = { ...silentLog, warn: (words: string) => void told.push(words), info: () => served.resolve() };
  const served = Promise.withResolvers<void>();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await using _door = listenOnNetwork({ app: new Hono(), host: '127.0.0.1', port, log, retryMs: 20 });
  await expect.poll(() => told.length).toBe(1);
  other.close();
  await once(other, 'close');
  await served.promise;
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  expect(told).toEqual(['the page is not on the local network yet']);
});

test('it ends while it waits', async () => {
  expect(
    Object.values(networkInterfaces())
      .flat()
      .map((one) => one?.address),
  ).not.toContain(lan);
  const door = listenOnNetwork({ app: new Hono(), host: lan, port: 8501, log: silentLog });
  await door[Symbol.asyncDispose]();
});
