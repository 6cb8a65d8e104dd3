import { expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { connect, redisTarget, requireRedis } from '#queue/connection.ts';
import { createScheduler } from '#queue/scheduler.ts';
import { defineTestJob, openRig } from '../support/queue.ts';
import { startRedis } from '../support/redis.ts';

const job = defineTestJob({
  name: 'steady',
  summary: '',
  schedule: { cron: '* * * * * *', catchUp: 'all' },
  input: z.object({}),
  policy: { queue: 'system', timeoutMs: 5000, overlap: 'allow', withoutRedis: true },
  run: async (_input, { omega }) => void omega.did.push('ran'),
});

test('a worker takes up its work within a second of Redis coming back, and nothing that was acknowledged is lost', async () => {
  await using server = await startRedis({ durable: true });
  await using rig = openRig(server.target, [job]);
  await rig.work();
  await rig.until(await rig.queues.enqueue('steady', {}), ['completed']);
  await rig.queues.get('system').pause();
  const id = await rig.queues.enqueue('steady', {});
  await server.kill('SIGKILL');
  await systemClock.sleep(2000);
  await server.start();
  const back = performance.now();
  await expect
    .poll(
      async () =>
        rig.queues
          .get('system')
          .resume()
          .then(
            () => true,
            () => false,
          ),
      { timeout: 5000, interval: 50 },
    )
    .toBe(true);
  await expect
    .poll(
      () =>
        rig.queues
          .get('system')
          .getJobState(id)
          .catch(() => ''),
      { timeout: 5000, interval: 20 },
    )
    .toBe('completed');
  // A second is the aim; three leave room for a machine that runs other tests beside this one.
  expect(performance.now() - back).toBeLessThan(3000);
});

test('a Redis that is full is told of once, the worker rests, and goes on when there is room', async () => {
  await using server = await startRedis();
  await using rig = openRig(server.target, [job]);
  const lines: string[] = [];
  const write = (_message: string, fields?: object): void => void lines.push(JSON.stringify(fields));
  await rig.redis.config('SET', 'maxmemory', '1');
  await rig.work({ info: write, warn: write, error: write });
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBeGreaterThan(0);
  await systemClock.sleep(2000);
  const told = lines.filter((line) => line.includes('OOM'));
  expect(told.length).toBeGreaterThan(0);
  expect(told.length).toBeLessThanOrEqual(10); // Once for each of the two scripts of each of the five queues.
  await rig.redis.config('SET', 'maxmemory', '0');
  const id = await rig.queues.enqueue('steady', {});
  await expect.poll(() => rig.queues.get('system').getJobState(id), { timeout: 15_000 }).toBe('completed');
});

test('a tick that Redis does not take is told to whoever can run without it, and is not lost', async () => {
  await using server = await startRedis({ durable: true });
  await using rig = openRig(server.target, [job]);
  const told: string[] = [];
  await using scheduler = createScheduler({
    queues: rig.queues,
    localTimezone: 'UTC',
    clock: systemClock,
    log: silentLog,
    recorder: rig.recorder,
    onUnreachable: ({ name }) => void told.push(name),
  });
  await scheduler.start();
  await server.kill('SIGKILL');
  await expect.poll(() => told.length, { timeout: 15_000 }).toBeGreaterThan(0);
  await server.start();
  await expect
    .poll(
      () =>
        rig.queues
          .get('system')
          .getWaitingCount()
          .catch(() => 0),
      { timeout: 15_000 },
    )
    .toBeGreaterThan(2);
  const ticks = (await rig.queues.get('system').getWaiting())
    .map((one) => Number(String(one.id).split('-').at(-1)))
    .toSorted((a, b) => a - b);
  const gaps = ticks.slice(1).map((tick, index) => tick - ticks[index]!);
  expect(gaps).toEqual(gaps.map(() => 1000));
});

test('a Redis that is not there, refuses the password or takes no writes ends in one clear error', async () => {
  await using server = await startRedis();
  const outcome = async (target: Parameters<typeof connect>[0]) => {
    const redis = connect(target, { patience: 'prompt', log: silentLog });
    try {
      return await requireRedis(redis).then(
        () => 'fine',
        (error: Error & { code: string }) => `${error.code} ${error.message}`,
      );
    } finally {
      redis.disconnect();
    }
  };
  expect(await outcome(server.target)).toBe('fine');
  expect(await outcome({ path: '/nowhere/r.sock', password: 'x' })).toMatch(/^E_REDIS_UNREACHABLE/);
  expect(await outcome({ path: server.target.path, password: 'wrong' })).toMatch(
    /^E_REDIS_UNREACHABLE .*(WRONGPASS|NOAUTH|password)/,
  );
  await using replica = await startRedis();
  const admin = connect(replica.target, { patience: 'prompt', log: silentLog });
  await admin.call('REPLICAOF', '127.0.0.1', '1');
  expect(await outcome(replica.target)).toMatch(/^E_REDIS_READ_ONLY/);
  admin.disconnect();
});

test('the private Redis that was never started is named as such, with what to do', () => {
  const options = { redisUrl: undefined, redisSocket: '/nowhere', redisPassword: '/nowhere/password' };
  expect(() => redisTarget(options)).toThrow(/has never been started here/);
});
