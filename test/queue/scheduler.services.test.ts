import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import type { Schedule } from '#queue/job.ts';
import { createQueueProbe } from '#queue/probe.ts';
import { retentionSeconds } from '#queue/queues.ts';
import { createScheduler } from '#queue/scheduler.ts';
import { fakeClock } from '../support/clock.ts';
import { defineTestJob, openRig, type Rig } from '../support/queue.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const start = Date.UTC(2026, 5, 1, 12, 0, 30);

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function ticking(schedule: Partial<Schedule> = {}, name = 'tick') {
  return defineTestJob({
    name,
    summary: '',
    schedule: { cron: '* * * * *', ...schedule },
    input: z.object({}),
    policy: { queue: 'system', timeoutMs: 5000, overlap: 'allow' },
    run: async () => {},
  });
}

function schedulerAt(rig: Rig, clock: ReturnType<typeof fakeClock>, serverTime = async () => clock.now()) {
  return createScheduler({
    queues: rig.queues,
    localTimezone: 'Europe/Amsterdam',
    clock,
    log: silentLog,
    recorder: rig.recorder,
    serverTime,
  });
}

describe('a scheduler', () => {
  test('owes nothing for the time before it was first started', async () => {
    await using rig = openRig(server.target, [ticking()]);
    const scheduler = schedulerAt(rig, fakeClock(start));
    expect(await scheduler.reconcile('tick')).toEqual({ added: [], dropped: [] });
  });

  test('adds each tick once, whichever of several adds it', async () => {
    await using rig = openRig(server.target, [ticking()]);
    const clock = fakeClock(start);
    const several = [schedulerAt(rig, clock), schedulerAt(rig, clock), schedulerAt(rig, clock)];
    await several[0]!.reconcile('tick');
    for (let minute = 0; minute < 5; minute += 1) {
      clock.advance(minuteMs);
      await Promise.all(several.map((scheduler) => scheduler.reconcile('tick')));
    }
    const ids = (await rig.queues.get('system').getWaiting()).map((job) => job.id);
    expect(new Set(ids).size).toBe(5);
    expect(ids).toHaveLength(5);
  });

  test('loses no tick when it dies between adding and advancing the watermark', async () => {
    await using rig = openRig(server.target, [ticking({ catchUp: 'all' })]);
    const clock = fakeClock(start);
    await schedulerAt(rig, clock).reconcile('tick');
    clock.advance(3 * minuteMs);
    const before = await rig.redis.get(`${rig.queues.prefix}:watermark:tick`);
    await schedulerAt(rig, clock).reconcile('tick');
    await rig.redis.set(`${rig.queues.prefix}:watermark:tick`, before!);
    await schedulerAt(rig, clock).reconcile('tick');
    expect(await rig.queues.get('system').getWaitingCount()).toBe(3);
  });

  test('does not run a tick again whose job has ended meanwhile', async () => {
    await using rig = openRig(server.target, [ticking({ catchUp: 'all' })]);
    const clock = fakeClock(start);
    const scheduler = schedulerAt(rig, clock);
    await scheduler.reconcile('tick');
    const before = await rig.redis.get(`${rig.queues.prefix}:watermark:tick`);
    clock.advance(2 * minuteMs);
    const { added } = await scheduler.reconcile('tick');
    await rig.work();
    for (const at of added) await rig.until(`cron-tick-${at}`, ['completed']);
    await rig.redis.set(`${rig.queues.prefix}:watermark:tick`, before!);
    await scheduler.reconcile('tick');
    expect(await rig.queues.get('system').getJobCountByTypes('wait', 'active', 'delayed')).toBe(0);
    expect(rig.recorder.outcomes()).toEqual(['done', 'done']);
  });
});

describe('after three hours of sleep', () => {
  async function wake(schedule: Partial<Schedule>) {
    const rig = openRig(server.target, [ticking(schedule)]);
    const clock = fakeClock(start);
    const scheduler = schedulerAt(rig, clock);
    await scheduler.reconcile('tick');
    clock.advance(3 * hourMs);
    return { rig, ...(await scheduler.reconcile('tick')) };
  }

  test('latest runs the newest missed tick and records the others', async () => {
    const { rig, added, dropped } = await wake({});
    await using _rig = rig;
    expect(added).toEqual([start - 30_000 + 3 * hourMs]);
    expect(dropped).toHaveLength(179);
    expect(rig.recorder.outcomes()).toEqual(['missed']);
    expect(rig.recorder.history({ limit: 1 })[0]?.error).toMatch(
      /^179 ticks from 2026-06-01T12:01:00.000Z to 2026-06-01T14:59:00.000Z/,
    );
  });

  test('all runs every one of them, the newest up to its limit', async () => {
    const { rig, added, dropped } = await wake({ catchUp: 'all', maxCatchUp: 150 });
    await using _rig = rig;
    expect([added.length, dropped.length]).toEqual([150, 30]);
  });

  test('skip runs only what is not yet late', async () => {
    const { rig, added, dropped } = await wake({ catchUp: 'skip' });
    await using _rig = rig;
    expect([added.length, dropped.length]).toEqual([2, 178]);
  });

  test('several schedulers that wake leave one record of what was missed', async () => {
    await using rig = openRig(server.target, [ticking()]);
    const clock = fakeClock(start);
    const several = [schedulerAt(rig, clock), schedulerAt(rig, clock), schedulerAt(rig, clock)];
    await several[0]!.reconcile('tick');
    clock.advance(3 * hourMs);
    const seen: string[] = [];
    const { record } = rig.recorder;
    Object.assign(rig.recorder, { record: (...args: Parameters<typeof record>) => void seen.push(args[0].id) });
    await Promise.all(several.map((scheduler) => scheduler.reconcile('tick')));
    expect(seen).toHaveLength(1);
  });

  test('nothing older than the window is looked for, but a record says that it was missed', async () => {
    const { rig, added, dropped } = await wake({ catchUp: 'all', windowMs: hourMs });
    await using _rig = rig;
    expect([added.length, dropped.length]).toEqual([60, 0]);
    expect(rig.recorder.history({ limit: 5 })).toMatchObject([
      {
        outcome: 'missed',
        error:
          'All ticks from 2026-06-01T12:00:30.000Z to 2026-06-01T14:00:30.000Z were missed, and too old to be looked for',
      },
    ]);
  });

  test('a job that was not due leaves no record, however long the sleep was', async () => {
    const { rig, added } = await wake({ cron: '0 6 * * *', windowMs: hourMs });
    await using _rig = rig;
    expect([added.length, rig.recorder.outcomes().length]).toEqual([0, 0]);
  });
});

describe('a clock that jumps', () => {
  test('ahead: the ticks in between count as missed', async () => {
    await using rig = openRig(server.target, [ticking()]);
    const clock = fakeClock(start);
    const scheduler = schedulerAt(rig, clock);
    await scheduler.reconcile('tick');
    clock.set(start + hourMs);
    expect((await scheduler.reconcile('tick')).added).toHaveLength(1);
  });

  /** Runs to an hour later, is set back by that hour, and runs through the same hour again. */
  async function twice(schedule: Partial<Schedule>) {
    const rig = openRig(server.target, [ticking({ catchUp: 'all', ...schedule })]);
    const clock = fakeClock(start);
    const scheduler = schedulerAt(rig, clock);
    await scheduler.reconcile('tick');
    clock.advance(hourMs);
    const before = (await scheduler.reconcile('tick')).added;
    clock.set(start);
    await scheduler.reconcile('tick');
    clock.advance(hourMs);
    const again = (await scheduler.reconcile('tick')).added;
    await rig.work();
    await expect.poll(() => rig.queues.get('system').getJobCountByTypes('wait', 'active'), { timeout: 10_000 }).toBe(0);
    return { rig, before, again };
  }

  test('back by an hour: a job of every minute runs through that hour again', async () => {
    const { rig, before, again } = await twice({});
    await using _rig = rig;
    expect([before.length, again.length]).toEqual([60, 60]);
    expect(rig.recorder.outcomes()).toHaveLength(120);
  });

  test('back by an hour: a daily job that has had its tick is not run a second time', async () => {
    const { rig, before, again } = await twice({ cron: '30 12 * * *' });
    await using _rig = rig;
    expect([before.length, again.length]).toEqual([1, 1]);
    expect(rig.recorder.outcomes()).toEqual(['done']);
  });

  test('back here alone: ticks are left to the others, whose clocks agree with that of Redis', async () => {
    await using rig = openRig(server.target, [ticking()]);
    const right = fakeClock(start);
    await schedulerAt(rig, right).reconcile('tick');
    right.advance(minuteMs);
    await schedulerAt(rig, right).reconcile('tick');
    const wrong = fakeClock(start - hourMs);
    const scheduler = schedulerAt(rig, wrong, async () => right.now());
    await scheduler.reconcile('tick');
    wrong.advance(minuteMs);
    expect((await scheduler.reconcile('tick')).added).toEqual([]);
    right.advance(minuteMs);
    expect((await schedulerAt(rig, right).reconcile('tick')).added).toHaveLength(1);
  });

  test('back by an hour: a success of the old time is no success of now', async () => {
    await using rig = openRig(server.target, [ticking()]);
    const clock = fakeClock(start);
    const scheduler = schedulerAt(rig, clock);
    await scheduler.reconcile('tick');
    clock.advance(hourMs);
    await scheduler.reconcile('tick');
    const lastRuns = () => [{ job: 'tick', lastSuccessAt: clock.now(), lastOutcome: 'done', lastDurationMs: 1 }];
    const remembered = lastRuns();
    clock.set(start);
    await scheduler.reconcile('tick');
    const probe = createQueueProbe({ queues: rig.queues, localTimezone: 'UTC', clock, lastRuns: () => remembered });
    clock.advance(10 * minuteMs);
    const [deadline] = await probe.deadlines();
    expect(deadline?.lastSuccessAt).toBeNull();
    expect(deadline?.deadlineAt).toBeLessThan(clock.now());
  });
});

describe('the probe', () => {
  test('owes nothing at first, and a success by the first tick after a job became known', async () => {
    await using rig = openRig(server.target, [ticking()]);
    const clock = fakeClock(start);
    await schedulerAt(rig, clock).reconcile('tick');
    const probe = createQueueProbe({
      queues: rig.queues,
      localTimezone: 'UTC',
      clock,
      lastRuns: rig.recorder.lastRuns,
    });
    const allowedMs = 5000 + 90_000;
    const first = start + 30_000;
    expect((await probe.deadlines())[0]).toMatchObject({
      lastSuccessAt: null,
      nextDueAt: first,
      deadlineAt: first + allowedMs,
    });
    clock.advance(10 * minuteMs);
    expect((await probe.deadlines())[0]?.deadlineAt).toBe(first + allowedMs);
  });

  test('takes a success a moment ahead of this clock for one of now', async () => {
    await using rig = openRig(server.target, [ticking()]);
    const clock = fakeClock(start);
    await schedulerAt(rig, clock).reconcile('tick');
    clock.advance(hourMs);
    await rig.redis.set(`${rig.queues.prefix}:success:tick`, String(clock.now() + 2000));
    const probe = createQueueProbe({ queues: rig.queues, localTimezone: 'UTC', clock, lastRuns: () => [] });
    const [deadline] = await probe.deadlines();
    expect(deadline?.lastSuccessAt).toBe(clock.now());
    expect(deadline?.deadlineAt).toBeGreaterThan(clock.now());
  });

  test('knows a success on another host, which left no record here', async () => {
    const job = ticking();
    await using rig = openRig(server.target, [job]);
    await rig.work();
    const at = Date.now();
    await rig.queues.addTicks(job, [{ at, reason: 'tick' }]);
    await rig.until(`cron-tick-${at}`, ['completed']);
    const probe = createQueueProbe({
      queues: rig.queues,
      localTimezone: 'UTC',
      clock: systemClock,
      lastRuns: () => [],
    });
    expect((await probe.deadlines())[0]?.lastSuccessAt).toBeGreaterThanOrEqual(at);
  });

  test('counts what waits, and sends a canary only where somebody sings', async () => {
    const canary = defineTestJob({
      name: 'canary',
      summary: '',
      schedule: null,
      input: z.object({}),
      policy: { queue: 'canary', timeoutMs: 1000 },
      run: async () => 'sings',
    });
    await using rig = openRig(server.target, [canary, ticking()]);
    const probe = createQueueProbe({
      queues: rig.queues,
      localTimezone: 'UTC',
      clock: systemClock,
      lastRuns: () => [],
    });
    await rig.queues.enqueue('tick', {});
    expect((await probe.queues()).find(({ name }) => name === 'system')).toMatchObject({
      waiting: 1,
      active: 0,
      dead: 0,
      paused: false,
    });
    await expect(probe.canary(AbortSignal.timeout(200))).rejects.toThrow(/timeout/);
    expect((await probe.queues())[0]?.workers).toBe(0);
    await rig.work();
    expect((await probe.queues())[0]?.workers).toBe(1);
    expect(await probe.canary(AbortSignal.timeout(5000))).toBeLessThan(1000);
    expect(Math.abs(await probe.clockSkewMs())).toBeLessThan(1000);
  });
});

describe('finished jobs', () => {
  test('are kept as long as the longest window of their queue asks, for any job evicts what is older than its own age', () => {
    const jobs = [ticking({ windowMs: hourMs }, 'short'), ticking({ windowMs: 48 * hourMs }, 'long')];
    expect(retentionSeconds('system', jobs)).toBe(96 * 3600);
    expect(retentionSeconds('report', jobs)).toBe(3600);
  });
});
