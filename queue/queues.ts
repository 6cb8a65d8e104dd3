import { Queue, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { usageError } from '../lib/errors.ts';
import { parseInput, queueNames, type AnyJob, type Enqueue, type QueueName, type Reason } from './job.ts';

/** What lies in Redis for a job that waits: never a secret, and no text that Redis has no business with. */
export interface Payload {
  readonly input: unknown;
  /** The tick, or when it was asked for; milliseconds since the epoch. */
  readonly scheduledAt: number;
  readonly reason: Reason;
}

/** The queues of one Redis, and the ways to put something into them. */
export interface Queues<Omega> {
  readonly jobs: readonly AnyJob<Omega>[];
  readonly redis: Redis;
  readonly prefix: string;
  /** @throws OmegaError for a name that is none. */
  readonly get: (name: string) => Queue<Payload>;
  readonly all: () => readonly Queue<Payload>[];
  /** Where jobs lie that failed for good, until the owner redrives or forgets them. */
  readonly dead: Queue;
  readonly enqueue: Enqueue;
  /** Adds ticks of a scheduled job; one that is already there, of the same generation, is left as it is. */
  readonly addTicks: (job: AnyJob<Omega>, ticks: readonly Tick[], generation?: number) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface Tick {
  readonly at: number;
  readonly reason: Reason;
}

const hourS = 3600;
const dayS = 24 * hourS;
/** How far back missed ticks are looked for, where a schedule does not say. */
export const defaultWindowMs = dayS * 1000;

/** Opens the queues on a connection, which stays the caller's to close. */
export function openQueues<Omega>(options: {
  readonly jobs: readonly AnyJob<Omega>[];
  readonly redis: Redis;
  readonly prefix?: string;
  readonly now?: () => number;
}): Queues<Omega> {
  const { jobs, redis, prefix = 'omega', now = Date.now } = options;
  const open = (name: string): Queue => {
    const queue = new Queue(name, { connection: redis, prefix, skipWaitingForReady: true });
    // The connection itself logs that Redis is gone; here an unheard error would end the process.
    queue.on('error', () => {});
    return queue;
  };
  const queues = new Map<string, Queue<Payload>>(queueNames.map((name) => [name, open(name)]));
  const dead = open('dead');
  const get = (name: string): Queue<Payload> => {
    const queue = queues.get(name);
    if (queue === undefined)
      throw usageError(`There is no queue ${name}.`, `The queues are: ${queueNames.join(', ')}.`);
    return queue;
  };
  return {
    jobs,
    redis,
    prefix,
    get,
    all: () => [...queues.values()],
    dead,
    enqueue: async (name, input, { id, delayMs, reason = 'event' } = {}) => {
      const job = findJob(jobs, name);
      const payload: Payload = {
        input: parseInput(job, input),
        scheduledAt: Math.round(now() + (delayMs ?? 0)),
        reason,
      };
      const jobId = id ?? `${reason}-${name}-${crypto.randomUUID()}`;
      const delay = delayMs === undefined ? {} : { delay: Math.max(0, Math.round(delayMs)) };
      await get(job.policy.queue).add(name, payload, { ...jobOptions(job, jobs), ...delay, jobId });
      return jobId;
    },
    addTicks: async (job, ticks, generation) => {
      const input = parseInput(job, {});
      const shared = jobOptions(job, jobs);
      await get(job.policy.queue).addBulk(
        ticks.map(({ at, reason }) => ({
          name: job.name,
          data: { input, scheduledAt: at, reason },
          opts: { ...shared, jobId: tickId(job.name, at, generation) },
        })),
      );
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...queues.values(), dead].map((queue) => queue.close()));
    },
  };
}

/** One tick, one id: whoever adds it, and however often, it is one job. After the clock was set back its time can come again. */
export function tickId(job: string, at: number, generation = 0): string {
  return generation === 0 ? `cron-${job}-${at}` : `cron-${job}-${at}-${generation}`;
}

/** Where the time of a scheduled job's last success lies, for the heartbeats of every host. */
export function lastSuccessKey(prefix: string, job: string): string {
  return `${prefix}:success:${job}`;
}

/** @throws OmegaError with exit code 2 that names the jobs there are. */
export function findJob<Omega>(jobs: readonly AnyJob<Omega>[], name: string): AnyJob<Omega> {
  const job = jobs.find((candidate) => candidate.name === name);
  if (job !== undefined) return job;
  const known = jobs.map((candidate) => candidate.name).join(', ');
  throw usageError(`There is no job ${name}.`, `The jobs are: ${known}.`);
}

function jobOptions<Omega>(job: AnyJob<Omega>, jobs: readonly AnyJob<Omega>[]): JobsOptions {
  return {
    attempts: job.policy.attempts ?? 1,
    backoff: { type: 'exponential', delay: job.policy.backoffMs ?? 1000, jitter: 0.5 },
    removeOnComplete: { age: retentionSeconds(job.policy.queue, jobs) },
    removeOnFail: { age: 30 * dayS },
    keepLogs: 1000,
    stackTraceLimit: 5,
  };
}

/**
 * How long finished jobs are kept, by age alone: a forgotten id would let a tick run twice. A finishing job evicts
 * whatever in its queue is older than *its* age, so all jobs of a queue share the longest.
 */
export function retentionSeconds<Omega>(queue: QueueName, jobs: readonly AnyJob<Omega>[]): number {
  const windows = jobs
    .filter((job) => job.policy.queue === queue && job.schedule !== null)
    .map((job) => (job.schedule?.windowMs ?? defaultWindowMs) / 1000);
  return Math.max(hourS, ...windows.map((windowS) => 2 * windowS));
}
