import type { Redis } from 'ioredis';
import { z } from 'zod';

/** Says whether a run may begin while another run of the same job may be going on. */
export interface Overlap {
  /** The lease is held: run, and release it in the end. Else what to do instead. */
  readonly verdict: 'run' | 'skip' | 'later';
  /** Who runs now, where this one may not. */
  readonly holder: string | null;
  readonly release: () => Promise<void>;
}

export interface OverlapOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly job: string;
  readonly jobId: string;
  readonly scheduledAt: number;
  readonly policy: 'skip' | 'coalesce' | 'allow';
}

const leaseMs = 30_000;
const renewEveryMs = 10_000;
const newestMs = 15_000;

/**
 * Takes the lease of a job, or says who holds it. A job that is run again after its worker died holds the lease
 * already, by its id. The second key remembers the newest run that waits, or that began while one did, so that older
 * ones step aside; it lasts only a little longer than somebody waits, for after the clock was set back every newer run would look older.
 * `ARGV`: job id, lease in milliseconds, scheduled time, how long the newest is remembered.
 */
const takeLease = `
local holder = redis.call('GET', KEYS[1])
local newest = tonumber(redis.call('GET', KEYS[2]) or '0')
local isOlder = tonumber(ARGV[3]) < newest
if holder and holder ~= ARGV[1] then
  if not isOlder then redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4]) end
  return { holder, isOlder and 'older' or 'newest' }
end
if not holder and isOlder then return { '', 'older' } end
if newest > 0 and tonumber(ARGV[3]) > newest then redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { ARGV[1], 'held' }`;

const renewLease = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;
const releaseLease = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

const LeaseAnswer = z.tuple([z.string(), z.enum(['held', 'newest', 'older'])]);

const free: Overlap = { verdict: 'run', holder: null, release: async () => {} };

/** Asks for the right to run; the lease is renewed until it is released, and ends by itself when its host dies. */
export async function enterRun(options: OverlapOptions): Promise<Overlap> {
  const { redis, prefix, job, jobId, scheduledAt, policy } = options;
  if (policy === 'allow') return free;
  const lease = leaseKey(options);
  // Only `coalesce` remembers who waits; with `skip` nobody does.
  const newest = policy === 'coalesce' ? `${prefix}:newest:${job}` : `${prefix}:newest:-`;
  const since = policy === 'coalesce' ? scheduledAt : 0;
  const answer = await redis.eval(takeLease, 2, lease, newest, jobId, String(leaseMs), String(since), String(newestMs));
  const [holder, rank] = LeaseAnswer.parse(answer);
  if (rank !== 'held') {
    const verdict = policy === 'coalesce' && rank === 'newest' ? 'later' : 'skip';
    return { verdict, holder: holder === '' ? null : holder, release: async () => {} };
  }
  const renewal = setInterval(() => void renew(redis, lease, jobId), renewEveryMs);
  renewal.unref();
  return {
    verdict: 'run',
    holder: null,
    release: async () => {
      clearInterval(renewal);
      await leaveRun(options);
    },
  };
}

/** Gives the lease back if this run holds it. One that cannot be given back now ends by itself in half a minute. */
export async function leaveRun(run: Pick<OverlapOptions, 'redis' | 'prefix' | 'job' | 'jobId'>): Promise<void> {
  await run.redis.eval(releaseLease, 1, leaseKey(run), run.jobId).catch(() => 0);
}

function leaseKey({ prefix, job }: Pick<OverlapOptions, 'prefix' | 'job'>): string {
  return `${prefix}:running:${job}`;
}

/** A renewal that fails while Redis is away is made good by the next one, or the lease ends as it should. */
async function renew(redis: Redis, lease: string, jobId: string): Promise<void> {
  await redis.eval(renewLease, 1, lease, jobId, String(leaseMs)).catch(() => 0);
}
