import type { Redis } from 'ioredis';
import { systemClock } from '#lib/clock.ts';
import { silentLog, type Log } from '#lib/log.ts';
import { connect, type RedisTarget } from '#queue/connection.ts';
import { defineJobFor, type AnyJob } from '#queue/job.ts';
import { openQueues, type Queues } from '#queue/queues.ts';
import type { Run, RunEnd, RunRecorder } from '#queue/run.ts';
import { startWorkers, type Workers } from '#queue/worker.ts';

/** What a test's jobs may use: a list of what they did. */
export interface TestOmega {
  readonly did: string[];
}

export const defineTestJob = defineJobFor<TestOmega>();

/** A recorder that remembers; for looking at what runs left behind. */
export interface MemoryRecorder extends RunRecorder {
  readonly runs: Map<string, Run & Partial<RunEnd>>;
  readonly outcomes: (job?: string) => string[];
}

export function memoryRecorder(): MemoryRecorder {
  const runs = new Map<string, Run & Partial<RunEnd>>();
  return {
    runs,
    started: (run) => void runs.set(run.id, run),
    ended: (id, end) => void runs.set(id, { ...(runs.get(id) as Run), ...end }),
    record: (run, end) => void runs.set(run.id, { ...run, ...end }),
    outcomes: (job) =>
      [...runs.values()].filter((run) => job === undefined || run.job === job).map((run) => run.outcome ?? 'running'),
    history: ({ job, limit }) =>
      [...runs.values()]
        .filter((run) => job === undefined || run.job === job)
        .toReversed()
        .slice(0, limit),
    lastRuns: () =>
      [...runs.values()].map((run) => ({
        job: run.job,
        lastSuccessAt: run.outcome === 'done' ? (run.endedAt ?? null) : null,
        lastOutcome: run.outcome ?? null,
        lastDurationMs: run.endedAt === undefined ? null : run.endedAt - run.startedAt,
      })),
  };
}

/** Queues, and workers on demand, of one test; all closed together. */
export interface Rig {
  readonly queues: Queues<TestOmega>;
  readonly redis: Redis;
  readonly recorder: MemoryRecorder;
  readonly did: string[];
  readonly work: (log?: Log) => Promise<Workers>;
  /** Resolves with a job's state once it is one of these. */
  readonly until: (
    id: string,
    states: readonly string[],
    queue?: Parameters<Queues<TestOmega>['get']>[0],
  ) => Promise<string>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Opens everything under a prefix of its own, so that tests share a Redis without meeting. */
export function openRig(target: RedisTarget, jobs: readonly AnyJob<TestOmega>[]): Rig {
  const redis = connect(target, { patience: 'prompt', log: silentLog });
  const patient = connect(target, { patience: 'patient', log: silentLog });
  const queues = openQueues<TestOmega>({ jobs, redis, prefix: `t-${crypto.randomUUID().slice(0, 8)}` });
  const recorder = memoryRecorder();
  const did: string[] = [];
  const open: Workers[] = [];
  return {
    queues,
    redis,
    recorder,
    did,
    work: async (log = silentLog) => {
      const workers = await startWorkers({
        queues,
        redis: patient,
        omega: { did },
        clock: systemClock,
        log,
        recorder,
      });
      open.push(workers);
      return workers;
    },
    until: async (id, states, queue = 'system') => {
      for (;;) {
        const state = await queues.get(queue).getJobState(id);
        if (states.includes(state)) return state;
        await systemClock.sleep(10);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(open.map((workers) => workers[Symbol.asyncDispose]()));
      await queues[Symbol.asyncDispose]();
      redis.disconnect();
      patient.disconnect();
    },
  };
}
