import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { boardLink } from '#queue/board-session.ts';
import { createBoard } from '#queue/board.ts';
import { defineTestJob, openRig, type Rig } from '../support/queue.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const url = 'http://127.0.0.1:8501/';
const token = 'a-token-of-thirty-two-characters';
const job = defineTestJob({
  name: 'held',
  summary: '',
  schedule: null,
  input: z.object({}),
  policy: { queue: 'system', timeoutMs: 5000 },
  run: async () => {},
});

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function open(rig: Rig, write: boolean) {
  const board = createBoard({ queues: rig.queues, token });
  const link = await boardLink({ url, token, write });
  const entry = await board.request(link, { headers: { host: '127.0.0.1:8501' } });
  const cookie = (entry.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const ask = (path: string, init: { method?: string; headers?: Record<string, string> } = {}) =>
    board.request(new URL(path, url).href, { ...init, headers: { host: '127.0.0.1:8501', cookie, ...init.headers } });
  return { board, link, entry, ask };
}

const ownPage = { origin: 'http://127.0.0.1:8501' };

describe('the board', () => {
  test('is closed to whoever comes without a link', async () => {
    await using rig = openRig(server.target, [job]);
    const board = createBoard({ queues: rig.queues, token });
    for (const path of [
      '/board',
      '/board/',
      '/board/api/queues',
      '/board/static/js/main.js',
      '/board/login',
      '/board/login?code=x.y.z',
    ]) {
      expect((await board.request(new URL(path, url).href)).status).toBe(401);
    }
    expect(
      (await board.request(`${url}board`, { headers: { authorization: 'Bearer wrong-token-wrong-token' } })).status,
    ).toBe(401);
  });

  test('opens by its link, once, with a cookie that no script and no other site can use', async () => {
    await using rig = openRig(server.target, [job]);
    const { board, link, entry, ask } = await open(rig, false);
    expect(entry.status).toBe(302);
    expect(entry.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Strict/);
    expect((await board.request(link)).status).toBe(401);
    expect((await ask('/board')).status).toBe(200);
    expect((await ask('/board/')).headers.get('location')).toBe('/board');
    const { queues } = (await (await ask('/board/api/queues')).json()) as {
      queues: { name: string; readOnlyMode: boolean }[];
    };
    expect(queues.map((queue) => queue.name)).toEqual(['system', 'swarm', 'report', 'canary', 'maintenance', 'dead']);
    expect(queues.every((queue) => queue.readOnlyMode)).toBe(true);
  });

  test('changes nothing in a session for reading', async () => {
    await using rig = openRig(server.target, [job]);
    const { ask } = await open(rig, false);
    expect((await ask('/board/api/queues/system/pause', { method: 'PUT', headers: ownPage })).status).toBe(403);
    expect(await rig.queues.get('system').isPaused()).toBe(false);
  });

  test('acts in a session for writing, and only for its own page', async () => {
    await using rig = openRig(server.target, [job]);
    const { ask } = await open(rig, true);
    expect(
      (await ask('/board/api/queues/system/pause', { method: 'PUT', headers: { origin: 'https://evil.example' } }))
        .status,
    ).toBe(403);
    expect((await ask('/board/api/queues/system/pause', { method: 'PUT' })).status).toBe(403);
    expect(await rig.queues.get('system').isPaused()).toBe(false);
    expect((await ask('/board/api/queues/system/pause', { method: 'PUT', headers: ownPage })).status).toBe(200);
    expect(await rig.queues.get('system').isPaused()).toBe(true);
  });

  test('is not opened, and its link not used up, by a preview of the link', async () => {
    await using rig = openRig(server.target, [job]);
    const board = createBoard({ queues: rig.queues, token });
    const link = await boardLink({ url, token, write: false });
    expect((await board.request(link, { method: 'HEAD' })).status).toBe(405);
    expect((await board.request(link)).status).toBe(302);
  });

  test('asks nobody else for anything', async () => {
    await using rig = openRig(server.target, [job]);
    const { ask } = await open(rig, false);
    const policy = (await ask('/board')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:/);
    expect((await ask('/board/api/queues')).headers.get('cache-control')).toBe('no-store');
  });

  test('takes no link that was signed with another token', async () => {
    await using rig = openRig(server.target, [job]);
    const board = createBoard({ queues: rig.queues, token });
    expect((await board.request(await boardLink({ url, token: 'another-token-another', write: true }))).status).toBe(
      401,
    );
  });
});
