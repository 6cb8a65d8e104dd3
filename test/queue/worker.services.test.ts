import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { OmegaError } from '#lib/errors.ts';
import { listDead, redrive } from '#queue/dead.ts';
import { defineTestJob, openRig } from '../support/queue.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const policy = { queue: 'system', timeoutMs: 5000, overlap: 'allow' } as const;
const anything = z.object({}).loose();

describe('a job', () => {
  test('is run once, with its input parsed, its lines kept and its result recorded', async () => {
    const job = defineTestJob({
      name: 'greet',
      summary: '',
      schedule: null,
      input: z.object({ name: z.string().default('world') }),
      policy,
      run: async (input, { omega, log }) => {
        log(`greeting ${input.name}`);
        omega.did.push(input.name);
        return `hello ${input.name}`;
      },
    });
    await using rig = openRig(server.target, [job]);
    await rig.work();
    const id = await rig.queues.enqueue('greet', {});
    expect(await rig.until(id, ['completed', 'failed'])).toBe('completed');
    expect(rig.did).toEqual(['world']);
    expect((await rig.queues.get('system').getJobLogs(id)).logs).toEqual(['greeting world']);
    expect(rig.recorder.history({ limit: 1 })[0]).toMatchObject({
      job: 'greet',
      outcome: 'done',
      result: 'hello world',
      attempt: 1,
    });
  });

  test('with a wrong input never reaches the queue, and every fault is named', async () => {
    const input = z.object({ a: z.number(), b: z.string() });
    const job = defineTestJob({ name: 'strict', summary: '', schedule: null, input, policy, run: async () => {} });
    await using rig = openRig(server.target, [job]);
    await expect(rig.queues.enqueue('strict', { a: 'x' })).rejects.toThrow(/expected number[\s\S]*expected string/);
    expect(await rig.queues.get('system').getJobCountByTypes('wait', 'delayed')).toBe(0);
  });

  test('that is unknown is refused with the names there are', async () => {
    await using rig = openRig(server.target, []);
    await expect(rig.queues.enqueue('nope', {})).rejects.toThrow('There is no job nope');
  });

  test('that fails is tried again as often as it may, then lies among the dead with its input and last lines', async () => {
    const job = defineTestJob({
      name: 'flaky',
      summary: '',
      schedule: null,
      input: anything,
      policy: { ...policy, attempts: 3, backoffMs: 10 },
      run: async (_input, { omega, log }) => {
        log('trying');
        omega.did.push('try');
        throw new Error('no luck');
      },
    });
    await using rig = openRig(server.target, [job]);
    await rig.work();
    const id = await rig.queues.enqueue('flaky', { n: 7 });
    await rig.until(id, ['failed']);
    await expect.poll(() => listDead(rig.queues)).toHaveLength(1);
    const [letter] = await listDead(rig.queues);
    expect(rig.did).toHaveLength(3);
    expect(rig.recorder.outcomes()).toEqual(['failed', 'failed', 'dead']);
    expect(letter).toMatchObject({
      job: 'flaky',
      jobId: id,
      input: { n: 7 },
      error: 'no luck',
      attempts: 3,
      logTail: ['trying', 'trying', 'trying'],
    });
  });

  test('that fails for good is not tried again', async () => {
    const job = defineTestJob({
      name: 'hopeless',
      summary: '',
      schedule: null,
      input: anything,
      policy: { ...policy, attempts: 5, backoffMs: 10 },
      run: async (_input, { omega }) => {
        omega.did.push('try');
        throw new OmegaError('the key is wrong', { code: 'E_KEY', permanent: true });
      },
    });
    await using rig = openRig(server.target, [job]);
    await rig.work();
    await rig.until(await rig.queues.enqueue('hopeless', {}), ['failed']);
    expect(rig.did).toEqual(['try']);
    expect(rig.recorder.outcomes()).toEqual(['dead']);
  });

  test('is told by its signal when its time is over, and fails with a word on it', async () => {
    const job = defineTestJob({
      name: 'slow',
      summary: '',
      schedule: null,
      input: anything,
      policy: { ...policy, timeoutMs: 50 },
      run: async (_input, { clock, signal }) => clock.sleep(60_000, signal),
    });
    await using rig = openRig(server.target, [job]);
    await rig.work();
    const id = await rig.queues.enqueue('slow', {});
    await rig.until(id, ['failed']);
    expect((await rig.queues.get('system').getJob(id))?.failedReason).toBe('slow did not end within 0.05 s.');
  });

  test('that was waited for too long as a tick is recorded as stale and not run', async () => {
    const job = defineTestJob({
      name: 'fresh-only',
      summary: '',
      schedule: { cron: '* * * * *' },
      input: anything,
      policy: { ...policy, staleAfterMs: 60_000 },
      run: async (_input, { omega }) => void omega.did.push('ran'),
    });
    await using rig = openRig(server.target, [job]);
    const at = Date.now() - 120_000;
    await rig.queues.addTicks(job, [{ at, reason: 'tick' }]);
    await rig.work();
    await rig.until(`cron-fresh-only-${at}`, ['completed']);
    expect(rig.did).toEqual([]);
    expect(rig.recorder.outcomes()).toEqual(['stale']);
  });
});

describe('a dead letter', () => {
  test('is redriven once, however often that is asked, and is gone from the dead', async () => {
    let isBroken = true;
    const job = defineTestJob({
      name: 'mended',
      summary: '',
      schedule: null,
      input: anything,
      policy,
      run: async (_input, { omega }) => {
        if (isBroken) throw new Error('broken');
        omega.did.push('ran');
      },
    });
    await using rig = openRig(server.target, [job]);
    await rig.work();
    await rig.until(await rig.queues.enqueue('mended', {}), ['failed']);
    await expect.poll(() => listDead(rig.queues)).toHaveLength(1);
    const [letter] = await listDead(rig.queues);
    isBroken = false;
    const jobId = await redrive(rig.queues, letter!.id);
    await rig.until(jobId, ['completed']);
    await expect(redrive(rig.queues, letter!.id)).rejects.toThrow('There is no dead letter');
    expect(rig.did).toEqual(['ran']);
    expect(await listDead(rig.queues)).toEqual([]);
  });

  test('is written by the next start when the worker died before it could write it', async () => {
    const job = defineTestJob({
      name: 'unseen',
      summary: '',
      schedule: null,
      input: anything,
      policy,
      run: async () => {
        throw new Error('x');
      },
    });
    await using rig = openRig(server.target, [job]);
    const workers = await rig.work();
    const id = await rig.queues.enqueue('unseen', {});
    await rig.until(id, ['failed']);
    await expect.poll(() => listDead(rig.queues)).toHaveLength(1);
    await workers[Symbol.asyncDispose]();
    await rig.queues.dead.obliterate({ force: true });
    await rig.redis.hdel(rig.queues.get('system').toKey(id), 'omega:buried');
    await rig.work();
    expect(await listDead(rig.queues)).toMatchObject([{ jobId: id }]);
  });
});

describe('runs of one job that meet', () => {
  function meeting(overlap: 'skip' | 'coalesce' | 'allow', gate: Promise<void>) {
    return defineTestJob({
      name: 'meet',
      summary: '',
      schedule: null,
      input: z.object({ n: z.number() }),
      policy: { ...policy, overlap },
      run: async ({ n }, { omega }) => {
        omega.did.push(`start ${n}`);
        await gate;
      },
    });
  }

  test('skip: the second one leaves a record and does nothing', async () => {
    const gate = Promise.withResolvers<void>();
    await using rig = openRig(server.target, [meeting('skip', gate.promise)]);
    await rig.work();
    const first = await rig.queues.enqueue('meet', { n: 1 });
    await expect.poll(() => rig.did).toEqual(['start 1']);
    const second = await rig.queues.enqueue('meet', { n: 2 });
    await rig.until(second, ['completed']);
    gate.resolve();
    await rig.until(first, ['completed']);
    expect(rig.did).toEqual(['start 1']);
    expect(rig.recorder.outcomes().toSorted()).toEqual(['done', 'skipped']);
  });

  test('coalesce: of those that wait only the newest runs, afterwards', async () => {
    const gate = Promise.withResolvers<void>();
    await using rig = openRig(server.target, [meeting('coalesce', gate.promise)]);
    await rig.work();
    const first = await rig.queues.enqueue('meet', { n: 1 });
    await expect.poll(() => rig.did).toEqual(['start 1']);
    const second = await rig.queues.enqueue('meet', { n: 2 }, { delayMs: 1 });
    await rig.until(second, ['delayed']);
    const third = await rig.queues.enqueue('meet', { n: 3 }, { delayMs: 5 });
    await expect.poll(async () => (await rig.queues.get('system').getJob(third))?.attemptsStarted).toBeGreaterThan(0);
    await rig.until(third, ['delayed']); // Only then it is known to be the newest.
    gate.resolve();
    await rig.until(first, ['completed']);
    await rig.until(second, ['completed']);
    await rig.until(third, ['completed']);
    expect(rig.did).toEqual(['start 1', 'start 3']);
  });

  test('coalesce: one that waits steps aside also for a newer one that found nobody before it', async () => {
    const gate = Promise.withResolvers<void>();
    await using rig = openRig(server.target, [meeting('coalesce', gate.promise)]);
    await rig.work();
    const first = await rig.queues.enqueue('meet', { n: 1 });
    await expect.poll(() => rig.did).toEqual(['start 1']);
    const second = await rig.queues.enqueue('meet', { n: 2 }, { delayMs: 1 });
    await expect.poll(async () => (await rig.queues.get('system').getJob(second))?.attemptsStarted).toBeGreaterThan(0);
    await rig.until(second, ['delayed']);
    gate.resolve();
    await rig.until(first, ['completed']);
    const third = await rig.queues.enqueue('meet', { n: 3 });
    await rig.until(third, ['completed']);
    await rig.until(second, ['completed']);
    expect(rig.did).toEqual(['start 1', 'start 3']);
  });

  test('allow: both run', async () => {
    const gate = Promise.withResolvers<void>();
    await using rig = openRig(server.target, [meeting('allow', gate.promise)]);
    await rig.work();
    await rig.queues.enqueue('meet', { n: 1 });
    await rig.queues.enqueue('meet', { n: 2 });
    await expect.poll(() => rig.did.toSorted()).toEqual(['start 1', 'start 2']);
    gate.resolve();
  });
});

describe('a shutdown', () => {
  test('gives a running job back at once, its attempts untouched, and the next worker ends it', async () => {
    let isFirst = true;
    const job = defineTestJob({
      name: 'long',
      summary: '',
      schedule: null,
      input: anything,
      policy: { ...policy, timeoutMs: 60_000 },
      run: async (_input, { omega, clock, signal }) => {
        omega.did.push('start');
        if (isFirst) await clock.sleep(60_000, signal);
        omega.did.push('end');
      },
    });
    await using rig = openRig(server.target, [job]);
    const workers = await rig.work();
    const id = await rig.queues.enqueue('long', {});
    await expect.poll(() => rig.did).toEqual(['start']);
    isFirst = false;
    await workers[Symbol.asyncDispose]();
    expect(await rig.queues.get('system').getJobState(id)).toBe('waiting');
    expect(await rig.queues.get('system').isPaused()).toBe(false);
    await rig.work();
    await rig.until(id, ['completed']);
    expect(rig.did).toEqual(['start', 'start', 'end']);
    expect(rig.recorder.outcomes()).toEqual(['interrupted', 'done']);
    expect((await rig.queues.get('system').getJob(id))?.attemptsMade).toBe(1);
  });
});
