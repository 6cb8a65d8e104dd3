import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openHealthStore } from '#holding/health/store/store.ts';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { connect, type RedisTarget } from '#queue/connection.ts';
import { defineJobFor } from '#queue/job.ts';
import { openQueues, retentionSeconds } from '#queue/queues.ts';
import type { RunRecorder } from '#queue/run.ts';
import { startWorkers } from '#queue/worker.ts';
import { startRedis } from '../test/support/redis.ts';
import { defineBench, quantile, round } from './bench.ts';

const concurrency = 8;
const jobsEach = 2000;
const probesEach = 60;
const leastRounds = 7;

const empty = defineJobFor<null>()({
  name: 'empty',
  summary: 'does nothing',
  schedule: null,
  input: z.object({}),
  policy: { queue: 'system', timeoutMs: 5000, attempts: 3, overlap: 'allow' },
  run: async () => null,
});

/** One way to carry jobs: how to add one, how to start and stop taking them. */
interface Carrier {
  readonly add: (id: string) => Promise<unknown>;
  readonly work: () => Promise<() => Promise<void>>;
  /** Resolves when so many jobs more have ended. */
  readonly queue: Queue;
}

interface Round {
  readonly enqueueMs: number;
  readonly processMs: number;
  readonly p50Ms: number;
}

/** Omega's queue with its records in SQLite, beside bare BullMQ: same Redis, settings, job, concurrency, turn by turn. */
export default defineBench({
  name: 'queue',
  summary: 'throughput and latency of Omega’s queue beside bare BullMQ',
  against: `bare BullMQ 6.7 on the same Redis, an empty job, concurrency ${concurrency}, interleaved rounds, medians of the ratios`,
  seconds: 60,
  run: async ({ seconds, tell, signal }) => {
    await using server = await startRedis();
    await using omega = await omegaCarrier(server.target);
    await using bare = bareCarrier(server.target);
    const rounds: { omega: Round; bare: Round }[] = [];
    const end = performance.now() + seconds * 1000;
    while (rounds.length < leastRounds || performance.now() < end) {
      signal.throwIfAborted();
      // Who goes first changes each round, so that a machine that slows down favours nobody.
      const isEven = rounds.length % 2 === 0;
      const first = await measure(isEven ? omega : bare, `${rounds.length}`);
      const second = await measure(isEven ? bare : omega, `${rounds.length}`);
      rounds.push(isEven ? { omega: first, bare: second } : { omega: second, bare: first });
      tell(
        `round ${rounds.length}: enqueue ${round(ratio(rounds.at(-1), 'enqueueMs'))}, process ${round(ratio(rounds.at(-1), 'processMs'))}`,
      );
    }
    return {
      enqueueRatio: round(
        quantile(
          rounds.map((one) => ratio(one, 'enqueueMs')),
          0.5,
        ),
        3,
      ),
      processRatio: round(
        quantile(
          rounds.map((one) => ratio(one, 'processMs')),
          0.5,
        ),
        3,
      ),
      p50DeltaMs: round(
        quantile(
          rounds.map((one) => one.omega.p50Ms - one.bare.p50Ms),
          0.5,
        ),
        3,
      ),
      rounds: rounds.length,
    };
  },
});

/** Omega's throughput as a share of BullMQ's: above 1 is faster. */
function ratio(one: { omega: Round; bare: Round } | undefined, key: 'enqueueMs' | 'processMs'): number {
  return one === undefined ? Number.NaN : one.bare[key] / one.omega[key];
}

async function measure(carrier: Carrier, label: string): Promise<Round> {
  await carrier.queue.obliterate({ force: true });
  const enqueueStart = performance.now();
  for (let n = 0; n < jobsEach; n += 50)
    await Promise.all(Array.from({ length: 50 }, (_, i) => carrier.add(`${label}-${n + i}`)));
  const enqueueMs = performance.now() - enqueueStart;
  const processStart = performance.now();
  const stop = await carrier.work();
  await untilCompleted(carrier.queue, jobsEach);
  const processMs = performance.now() - processStart;
  const latencies: number[] = [];
  for (let n = 0; n < probesEach; n += 1) latencies.push(await roundTrip(carrier, `${label}-p${n}`));
  await stop();
  return { enqueueMs, processMs, p50Ms: quantile(latencies, 0.5) };
}

async function untilCompleted(queue: Queue, count: number): Promise<void> {
  while ((await queue.getCompletedCount()) < count) await systemClock.sleep(5);
}

/** From asking to done, by the queue's own count. */
async function roundTrip(carrier: Carrier, id: string): Promise<number> {
  const before = await carrier.queue.getCompletedCount();
  const start = performance.now();
  await carrier.add(id);
  while ((await carrier.queue.getCompletedCount()) === before) await new Promise((resolve) => setImmediate(resolve));
  return performance.now() - start;
}

async function omegaCarrier(target: RedisTarget): Promise<Carrier & AsyncDisposable> {
  const [redis, patient] = connections(target);
  const folder = await mkdtemp(join(tmpdir(), 'omega-bench-'));
  const store = openHealthStore(join(folder, 'health.sqlite'), { now: Date.now(), log: silentLog });
  const recorder: RunRecorder = store.runs;
  const queues = openQueues<null>({ jobs: [empty], redis, prefix: 'omega' });
  return {
    queue: queues.get('system'),
    add: (id) => queues.enqueue('empty', {}, { id }),
    work: async () => {
      const workers = await startWorkers({
        queues,
        redis: patient,
        only: ['system'],
        concurrency: { system: concurrency },
        omega: null,
        clock: systemClock,
        log: silentLog,
        recorder,
      });
      return () => workers[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: async () => {
      await queues[Symbol.asyncDispose]();
      redis.disconnect();
      patient.disconnect();
      store[Symbol.dispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function bareCarrier(target: RedisTarget): Carrier & AsyncDisposable {
  const [redis, patient] = connections(target);
  const queue = new Queue('system', { connection: redis, prefix: 'bare', skipWaitingForReady: true });
  const age = retentionSeconds('system', [empty]);
  return {
    queue,
    add: (jobId) =>
      queue.add(
        'empty',
        { input: {}, scheduledAt: Date.now(), reason: 'event' },
        {
          jobId,
          attempts: 3,
          backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
          removeOnComplete: { age },
          removeOnFail: { age: 30 * 86_400 },
          keepLogs: 1000,
          stackTraceLimit: 5,
        },
      ),
    work: async () => {
      const worker = new Worker('system', async () => null, { connection: patient, prefix: 'bare', concurrency });
      return () => worker.close();
    },
    [Symbol.asyncDispose]: async () => {
      await queue.close();
      redis.disconnect();
      patient.disconnect();
    },
  };
}

function connections(target: RedisTarget): [prompt: Redis, patient: Redis] {
  return [
    connect(target, { patience: 'prompt', log: silentLog }),
    connect(target, { patience: 'patient', log: silentLog }),
  ];
}
