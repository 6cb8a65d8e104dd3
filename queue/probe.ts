import type { Redis } from 'ioredis';
import type { Clock } from '../lib/clock.ts';
import { OmegaError } from '../lib/errors.ts';
import { redisTime } from './connection.ts';
import { listDead } from './dead.ts';
import { lastSuccessKey, type Queues } from './queues.ts';
import type { LastRun } from './run.ts';
import { compileAll, type Scheduled } from './scheduler.ts';
import { agreedMs, sinceKey } from './watermark.ts';

/** How many of a queue's jobs are in which state. */
export interface QueueCounts {
  readonly name: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly dead: number;
  readonly paused: boolean;
  readonly oldestWaitingMs: number | null;
  /** How many workers take its jobs; null where Redis does not tell. */
  readonly workers: number | null;
}

/** A scheduled job's last success, and by when the next one must have happened. Milliseconds since the epoch. */
export interface JobDeadline {
  readonly job: string;
  readonly schedule: string;
  readonly lastSuccessAt: number | null;
  readonly lastOutcome: string | null;
  readonly lastDurationMs: number | null;
  readonly nextDueAt: number;
  readonly deadlineAt: number;
}

/** A look at the queue from outside; each method rejects where Redis does not answer. */
export interface QueueProbe {
  /** Milliseconds that a job took through the queue and back. */
  readonly canary: (signal: AbortSignal) => Promise<number>;
  readonly queues: () => Promise<readonly QueueCounts[]>;
  readonly deadlines: () => Promise<readonly JobDeadline[]>;
  /** How far this machine's clock is ahead of Redis's, in milliseconds; behind is negative. */
  readonly clockSkewMs: () => Promise<number>;
}

const pollEveryMs = 20;
/** What a success may be late for queueing and for clocks, on top of its time-outs. */
const allowanceMs = 90_000;
const dayMs = 86_400_000;

/** @param options.lastRuns what is known of each job's past. */
export function createQueueProbe<Omega>(options: {
  readonly queues: Queues<Omega>;
  readonly localTimezone: string;
  readonly clock: Clock;
  readonly lastRuns: () => readonly LastRun[];
}): QueueProbe {
  const { queues, clock, localTimezone, lastRuns } = options;
  const scheduled = compileAll(queues.jobs, { localTimezone, now: clock.now() });
  const openedAt = clock.now();
  const nextTick = tickSearch();
  const owedTick = tickSearch();
  return {
    canary: (signal) => inWords(queues.redis, sendCanary(queues, clock, signal)),
    queues: () => inWords(queues.redis, countQueues(queues, clock)),
    clockSkewMs: () => inWords(queues.redis, measureSkew(queues.redis, clock)),
    deadlines: async () => {
      const now = clock.now();
      const runs = new Map(lastRuns().map((run) => [run.job, run]));
      const known = await inWords(queues.redis, readKnown(queues, scheduled));
      return scheduled.map((entry, index) =>
        deadlineOf(entry, {
          run: runs.get(entry.job.name),
          since: known[index]?.since ?? openedAt,
          succeededAt: known[index]?.succeededAt ?? null,
          next: nextTick(entry, now),
          owed: (after) => owedTick(entry, after),
          now,
        }),
      );
    },
  };
}

/** The client says how often it tried; what matters is that nobody answers. */
async function inWords<Answer>(redis: Redis, asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    if (redis.status === 'ready') throw error;
    throw new OmegaError('Redis does not answer', { code: 'E_REDIS_UNREACHABLE' });
  }
}

/** Redis's time against the middle of the question's way there and back. */
async function measureSkew(redis: Redis, clock: Clock): Promise<number> {
  const before = clock.now();
  const theirs = await redisTime(redis);
  return Math.round((before + clock.now()) / 2 - theirs);
}

async function sendCanary<Omega>(queues: Queues<Omega>, clock: Clock, signal: AbortSignal): Promise<number> {
  const id = await queues.enqueue('canary', {}, { reason: 'event' });
  const queue = queues.get('canary');
  for (;;) {
    const job = await queue.getJob(id);
    if (job?.finishedOn !== undefined && job.finishedOn !== null) {
      if (job.failedReason) throw new OmegaError(`the canary job failed: ${job.failedReason}`, { code: 'E_CANARY' });
      return Math.max(0, job.finishedOn - job.timestamp);
    }
    await clock.sleep(pollEveryMs, signal);
  }
}

async function countQueues<Omega>(queues: Queues<Omega>, clock: Clock): Promise<QueueCounts[]> {
  const letters = await listDead(queues, Number.POSITIVE_INFINITY);
  return Promise.all(
    queues.all().map(async (queue) => {
      const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'failed', 'prioritized');
      const [oldest] = await queue.getJobs(['wait'], 0, 0, true);
      return {
        name: queue.name,
        waiting: (counts['wait'] ?? 0) + (counts['prioritized'] ?? 0),
        active: counts['active'] ?? 0,
        delayed: counts['delayed'] ?? 0,
        failed: counts['failed'] ?? 0,
        dead: letters.filter((letter) => letter.queue === queue.name).length,
        paused: await queue.isPaused(),
        oldestWaitingMs:
          oldest === undefined ? null : Math.max(0, clock.now() - oldest.timestamp - (oldest.delay ?? 0)),
        workers: await queue.getWorkersCount().catch(() => null), // CLIENT LIST is forbidden on some hosts.
      };
    }),
  );
}

interface Known {
  readonly since: number | null;
  readonly succeededAt: number | null;
}

/** What Redis knows of each scheduled job, whichever host it ran on. */
async function readKnown<Omega>(
  { redis, prefix }: Queues<Omega>,
  scheduled: readonly Scheduled<Omega>[],
): Promise<readonly Known[]> {
  const keys = scheduled.flatMap(({ job }) => [sinceKey(prefix, job.name), lastSuccessKey(prefix, job.name)]);
  const values = keys.length === 0 ? [] : await redis.mget(keys);
  const numbers = values.map((value) => (value === null ? null : Number(value)));
  return scheduled.map((_, index) => ({
    since: numbers[2 * index] ?? null,
    succeededAt: numbers[2 * index + 1] ?? null,
  }));
}

/** The first tick after a time, remembered by job: a search costs time, and the time seldom changes. */
function tickSearch(): <Omega>(entry: Scheduled<Omega>, time: number) => number | null {
  const cache = new Map<string, { readonly time: number; readonly tick: number | null }>();
  return ({ job, timetable }, time) => {
    const cached = cache.get(job.name);
    if (cached !== undefined && time >= cached.time && time < (cached.tick ?? 0)) return cached.tick;
    const tick = timetable.after(time);
    cache.set(job.name, { time, tick });
    return tick;
  };
}

/**
 * A success is owed for the first tick after the last one, or after the job became known. A success of the future is
 * none, for the clock was set back since; one a little ahead comes from a host whose clock is.
 */
function deadlineOf<Omega>(
  { job, timetable }: Scheduled<Omega>,
  facts: {
    run: LastRun | undefined;
    since: number;
    succeededAt: number | null;
    next: number | null;
    owed: (after: number) => number | null;
    now: number;
  },
): JobDeadline {
  const { run, since, succeededAt, next, owed, now } = facts;
  const successes = [run?.lastSuccessAt ?? 0, succeededAt ?? 0].filter((time) => time <= now + agreedMs);
  const lastSuccessAt = Math.min(now, Math.max(0, ...successes)) || null;
  const nextDueAt = next ?? now + 366 * dayMs;
  const allowed = job.policy.timeoutMs * (job.policy.attempts ?? 1) + allowanceMs;
  return {
    job: job.name,
    schedule: timetable.description,
    lastSuccessAt,
    lastOutcome: run?.lastOutcome ?? null,
    lastDurationMs: run?.lastDurationMs ?? null,
    nextDueAt,
    deadlineAt: (owed(Math.max(since, lastSuccessAt ?? 0)) ?? nextDueAt) + allowed,
  };
}
