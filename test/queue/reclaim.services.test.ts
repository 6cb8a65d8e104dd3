import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { isDeadHere, ownerName } from '#queue/owner.ts';
import { listDead } from '#queue/dead.ts';
import { defineTestJob, openRig } from '../support/queue.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const job = defineTestJob({
  name: 'held',
  summary: '',
  schedule: null,
  input: z.object({}),
  policy: { queue: 'system', timeoutMs: 5000, overlap: 'skip', maxStarts: 3 },
  run: async (_input, { omega }) => void omega.did.push('ran'),
});

/** The name of a process that has just ended. */
async function nameOfTheDead(): Promise<string> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const name = ownerName(child.pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return name;
}

/** Puts a job into the state in which the death of its worker leaves it: active, locked, with an owner. */
async function leaveActive(rig: ReturnType<typeof openRig>, owner: string): Promise<string> {
  const id = await rig.queues.enqueue('held', {});
  const queue = rig.queues.get('system');
  await rig.redis.lrem(queue.toKey('wait'), 1, id);
  await rig.redis.lpush(queue.toKey('active'), id);
  await rig.redis.set(queue.toKey(`${id}:lock`), 'token', 'PX', 30_000);
  await rig.redis.hset(queue.toKey(id), 'pb', owner);
  return id;
}

test('a process is known as dead only when it ran here and is gone', async () => {
  expect(isDeadHere(ownerName())).toBe(false);
  expect(isDeadHere(await nameOfTheDead())).toBe(true);
  expect(isDeadHere((await nameOfTheDead()).replace(/^[^:]+/, 'elsewhere'))).toBe(false);
  expect(isDeadHere(ownerName().replace(/:[^:]+$/, ':1'))).toBe(true);
});

test('a job of a dead worker of this host runs again at once, though its lock has 30 s to go', async () => {
  await using rig = openRig(server.target, [job]);
  const id = await leaveActive(rig, await nameOfTheDead());
  const started = performance.now();
  const workers = await rig.work();
  expect(workers.reclaimed).toEqual([id]);
  await rig.until(id, ['completed']);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(rig.did).toEqual(['ran']);
});

test('a job of a living worker, or of another host, is left alone', async () => {
  await using rig = openRig(server.target, [job]);
  const mine = await leaveActive(rig, ownerName());
  const elsewhere = await leaveActive(rig, (await nameOfTheDead()).replace(/^[^:]+/, 'elsewhere'));
  const workers = await rig.work();
  expect(workers.reclaimed).toEqual([]);
  expect(await rig.queues.get('system').getJobState(mine)).toBe('active');
  expect(await rig.queues.get('system').getJobState(elsewhere)).toBe('active');
});

test('a job whose worker died three times over it is not started a fourth time but lies among the dead', async () => {
  await using rig = openRig(server.target, [job]);
  const owner = await nameOfTheDead();
  const id = await leaveActive(rig, owner);
  await rig.redis.hset(rig.queues.get('system').toKey(id), 'stc', '2');
  await rig.work();
  await rig.until(id, ['failed']);
  expect(rig.did).toEqual([]);
  expect(rig.recorder.outcomes()).toEqual(['dead']);
  await expect
    .poll(() => listDead(rig.queues))
    .toMatchObject([{ jobId: id, error: 'held was started 3 times and each time its worker died.' }]);
});

test('a deadly job that lies among the dead keeps no other run of it from beginning', async () => {
  await using rig = openRig(server.target, [job]);
  const deadly = await leaveActive(rig, await nameOfTheDead());
  await rig.redis.hset(rig.queues.get('system').toKey(deadly), 'stc', '2');
  await rig.redis.set(`${rig.queues.prefix}:running:held`, deadly, 'PX', 30_000);
  await rig.work();
  await rig.until(deadly, ['failed']);
  await rig.until(await rig.queues.enqueue('held', {}), ['completed']);
  expect(rig.did).toEqual(['ran']);
});
