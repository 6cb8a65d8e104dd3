import { request } from 'node:http';
import { once } from 'node:events';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Hono } from 'hono';
import { listen } from '#site/listen.ts';
import { knownHost } from '#site/serve.ts';
import { scenes, sceneTime } from '../support/snapshots.ts';
import { served, type Served } from '../support/site.ts';

let site: Served;
let now = sceneTime;

beforeAll(async () => {
  site = await served(() => now);
});

afterAll(async () => site[Symbol.asyncDispose]());

test('before the first page it says that Omega is starting, and claims nothing', async () => {
  const response = await fetch(site.url);
  const body = await response.text();
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  expect(body).toContain('Omega is starting');
  expect(body).toContain('http-equiv="refresh"');
});

describe('with a page', () => {
  beforeAll(async () => {
    await writeFile(join(site.folder, 'index.html'), '<!doctype html>the page');
    await writeFile(join(site.folder, 'status.json'), '{"seq":1}');
    await writeFile(join(site.folder, 'manifest.webmanifest'), '{"id":"/"}');
    await writeFile(join(site.folder, 'icon-192.png'), 'png');
    await writeFile(join(site.folder, 'feed.xml'), '<feed/>');
    await mkdir(join(site.folder, 'checks', 'redis'), { recursive: true });
    await writeFile(join(site.folder, 'checks', 'redis', 'index.html'), 'its page');
    await writeFile(join(site.folder, '.secret.json'), 'secret');
    await writeFile(join(site.folder, 'page.html.1.tmp'), 'secret');
    await mkdir(join(site.folder, 'folder'), { recursive: true });
  });

  test.each([
    ['', 'text/html; charset=utf-8', 'the page'],
    ['index.html', 'text/html; charset=utf-8', 'the page'],
    ['status.json', 'application/json', '{"seq":1}'],
    ['manifest.webmanifest', 'application/manifest+json', '{"id":"/"}'],
    ['icon-192.png', 'image/png', 'png'],
    ['feed.xml', 'application/xml; charset=utf-8', '<feed/>'],
    ['checks/redis/', 'text/html; charset=utf-8', 'its page'],
  ])('/%s is served as %s', async (path, type, content) => {
    const response = await fetch(site.url + path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(await response.text()).toContain(content);
  });

  test('every answer keeps browsers on a short leash', async () => {
    for (const path of ['', 'status.json', 'healthz', 'nothing']) {
      const { headers } = await fetch(site.url + path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "frame-ancestors 'none'",
        'cache-control': 'no-cache',
      });
    }
  });

  test('what has not changed is not sent again', async () => {
    const { headers } = await fetch(site.url);
    const again = await fetch(site.url, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
    expect(again.headers.get('date')).not.toBeNull();
  });

  test('what was drawn by a clock that was set back is sent, to whoever asks by the date alone', async () => {
    const { headers } = await fetch(`${site.url}feed.xml`);
    const anHourBack = new Date(Date.now() - 3_600_000);
    await writeFile(join(site.folder, 'feed.xml'), '<feed>news</feed>');
    await utimes(join(site.folder, 'feed.xml'), anHourBack, anHourBack);
    const since = { 'if-modified-since': headers.get('last-modified') ?? '' };
    const again = await fetch(`${site.url}feed.xml`, { headers: since });
    expect([again.status, await again.text()]).toEqual([200, '<feed>news</feed>']);
  });

  test('what has changed is sent, whatever its date', async () => {
    const { headers } = await fetch(`${site.url}status.json`);
    await writeFile(join(site.folder, 'status.json'), '{"seq":2}');
    const again = await fetch(`${site.url}status.json`, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect(await again.json()).toEqual({ seq: 2 });
  });

  test('HEAD answers as GET does, without the page', async () => {
    const response = await fetch(site.url, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('etag')).toBe((await fetch(site.url)).headers.get('etag'));
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
    const response = await fetch(site.url, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test.each([
    '.secret.json',
    'page.html.1.tmp',
    'folder',
    'folder/',
    '../snapshot.json',
    '..%2fsnapshot.json',
    '%2e%2e/package.json',
    'index.html%00.json',
    '//etc/passwd',
    'folder/..%5c..%5cindex.html',
    'nothing.json',
  ])('/%s is not there', async (path) => {
    expect(await rawStatus(site.url, `/${path}`)).toBe(404);
  });

  test('what is longer than any name of a file is not there', async () => {
    for (const path of [`/${'a'.repeat(300)}.html`, '/a'.repeat(3000)]) {
      expect(await rawStatus(site.url, path)).toBe(404);
      expect(await rawStatus(site.url, `${path}/`)).toBe(404);
    }
  });
});

test.each([
  ['localhost:1234', 200],
  ['127.0.0.1', 200],
  ['[::1]:8501', 200],
  ['evil.example', 421],
  ['127.0.0.1.evil.example', 421],
])('called as %j it answers %i', async (host, status) => {
  expect(await rawStatus(site.url, '/status.json', host)).toBe(status);
});

test('an address is known however it is written', async () => {
  const app = new Hono().use(knownHost(['FD00:0:0::5', '192.168.1.5'])).get('/', (context) => context.text('in'));
  const ask = async (host: string): Promise<number> => (await app.request('http://x/', { headers: { host } })).status;
  expect(await Promise.all(['[fd00::5]:8501', '192.168.1.5:8501', '[fd00::6]'].map(ask))).toEqual([200, 200, 421]);
});

test('/healthz is well only while the heartbeat is', async () => {
  await writeFile(site.snapshot, JSON.stringify(scenes.firstDay()));
  now = sceneTime + 1000;
  const fresh = await fetch(`${site.url}healthz`);
  now = sceneTime + 600_000;
  const stale = await fetch(`${site.url}healthz`);
  expect([fresh.status, await fresh.json()]).toEqual([
    200,
    { state: 'up', ageMs: 1000, seq: 4711, reason: 'All well' },
  ]);
  expect([stale.status, await stale.json()]).toMatchObject([
    503,
    { state: 'stale', reason: 'the heartbeat has stopped' },
  ]);
});

test('a badge is served as it was drawn while the site is fresh, and as stale once it is not', async () => {
  await writeFile(join(site.folder, 'status.json'), JSON.stringify(scenes.firstDay()));
  await mkdir(join(site.folder, 'badge'));
  const drawn = '<svg>up</svg>';
  for (const path of ['badge.svg', 'badge/redis.svg']) await writeFile(join(site.folder, path), drawn);
  for (const path of ['badge.svg', 'badge/redis.svg']) {
    now = sceneTime + 1000;
    const fresh = await fetch(site.url + path);
    const since = { 'if-modified-since': fresh.headers.get('last-modified') ?? '' };
    expect([fresh.headers.get('content-type'), await fresh.text()]).toEqual(['image/svg+xml; charset=utf-8', drawn]);
    now = sceneTime + 600_000;
    // The heartbeat goes on, and nothing is drawn any more: what it sees is on no badge.
    await writeFile(site.snapshot, JSON.stringify({ ...scenes.oneDown(), generatedAt: now, staleAfter: now + 90_000 }));
    const stale = await fetch(site.url + path, { headers: since });
    expect([stale.status, stale.headers.get('last-modified')]).toEqual([200, null]);
    expect(await stale.text()).toContain('>STALE</text>');
  }
  expect((await fetch(`${site.url}badge/none.svg`)).status).toBe(404);
});

test('a port that is taken is one clear error when it was the choice of the owner, and passed over when not', async () => {
  const app = new Hono();
  await using first = await listen({ app, host: '127.0.0.1', port: 0, lastPort: undefined });
  const again = listen({ app, host: '127.0.0.1', port: first.port, lastPort: undefined });
  await expect(again).rejects.toMatchObject({
    code: 'E_PORT',
    exitCode: 2,
    message: expect.stringContaining('is taken'),
  });
  await using second = await listen({ app, host: '127.0.0.1', port: undefined, lastPort: first.port });
  expect(second.port).not.toBe(first.port);
});

/** Past `fetch`, which would tidy the path up and refuse another Host. */
async function rawStatus(url: string, path: string, host?: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  const call = request({ hostname, port, path, ...(host === undefined ? {} : { headers: { host } }) });
  call.end();
  const [response] = await once(call, 'response');
  response.resume();
  return response.statusCode;
}
