import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '#lib/log.ts';
import { boardLink } from '#queue/board-session.ts';
import { edgeDoors } from '../../scripts/edge-doors.ts';
import { temporarySettings } from '../support/ops.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const url = 'http://127.0.0.1:8501/';
const token = 'a-token-of-thirty-two-characters';
const headers = { host: '127.0.0.1:8501' };
const onAShortLeash = {
  'x-frame-options': expect.stringMatching(/^(DENY|SAMEORIGIN)$/),
  'x-content-type-options': 'nosniff',
  'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

let server: TestRedis;
let settings: Awaited<ReturnType<typeof temporarySettings>>;

beforeAll(async () => {
  [server, settings] = await Promise.all([startRedis(), temporarySettings()]);
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function board(redisSocket: string): Hono {
  const env = { ...settings.env, boardToken: token };
  return edgeDoors({ env, paths: { ...settings.paths, redisSocket } }, silentLog).loopback;
}

test('every answer under /board keeps browsers on a short leash, whether it is open, shut or cannot be shown', async () => {
  const { path, password } = server.target;
  await mkdir(dirname(settings.paths.redisPassword), { recursive: true });
  await writeFile(settings.paths.redisPassword, password);
  const open = board(path);
  const entry = await open.request(await boardLink({ url, token, write: false }), { headers });
  const cookie = (entry.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const answers = [
    entry,
    await open.request(`${url}board`, { headers }),
    await open.request(`${url}board`, { headers: { ...headers, cookie } }),
    await open.request(`${url}board/api/queues`, { headers: { ...headers, cookie } }),
    await open.request(`${url}board/`, { headers: { host: 'evil.example' } }),
    await board('/nonexistent/redis.sock').request(`${url}board/`, { headers }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([302, 401, 200, 200, 421, 503]);
  for (const answer of answers) expect(Object.fromEntries(answer.headers)).toMatchObject(onAShortLeash);
  expect(answers[2]?.headers.get('content-security-policy')).toContain("default-src 'self'"); // The board's own.
});
