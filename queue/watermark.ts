import type { Redis } from 'ioredis';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { lastSuccessKey } from './queues.ts';
import type { Timetable } from './schedule.ts';

/** Where a job's schedule stands in Redis, shared by every scheduler. */
export interface Watermark {
  /** Every tick up to it is in the queue, or was left out on purpose; milliseconds since the epoch. */
  readonly at: number;
  /** How often the clock was set back under this job's ticks: their times come again, and are other ticks. */
  readonly generation: number;
}

export interface WatermarkOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly job: string;
  readonly timetable: Timetable;
  readonly clock: Clock;
  readonly log: Log;
  /** The time by the clock of Redis, which tells a clock that was set back from one that is merely wrong. */
  readonly serverTime: () => Promise<number>;
}

/** A watermark this far ahead of the clock means that a clock was set back, here or elsewhere. */
const setBackMs = 300_000;
/** So far this machine and Redis may differ and still be of one opinion on the time. */
export const agreedMs = 60_000;

/** Advances, never goes back: so the slower of two schedulers cannot undo the faster one. */
const raise = `
local current = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) <= current then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1`;

/**
 * Goes back once for several schedulers that notice it; `ARGV` are now, the tolerance, and 1 where a new generation
 * begins, which owes its first tick from now on.
 */
const lower = `
if tonumber(redis.call('GET', KEYS[1]) or '0') <= tonumber(ARGV[1]) + tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
if ARGV[3] == '0' then return 1 end
redis.call('SET', KEYS[2], ARGV[1])
redis.call('INCR', KEYS[3])
redis.call('DEL', KEYS[4])
return 1`;

export function watermarkKey(prefix: string, job: string): string {
  return `${prefix}:watermark:${job}`;
}

/** When a job became known here: the first tick that it owes is the one after it. */
export function sinceKey(prefix: string, job: string): string {
  return `${prefix}:since:${job}`;
}

function generationKey(prefix: string, job: string): string {
  return `${prefix}:generation:${job}`;
}

/** A job's first ever watermark is now: what would have been due before Omega existed was not missed. */
export async function readWatermark(options: WatermarkOptions): Promise<Watermark> {
  const { redis, prefix, job, clock } = options;
  const now = clock.now();
  const key = watermarkKey(prefix, job);
  await redis.multi().set(key, String(now), 'NX').set(sinceKey(prefix, job), String(now), 'NX').exec();
  const watermark = await get(options);
  if (watermark.at <= now + setBackMs) return watermark;
  await settleSetBack(options, watermark.at - now);
  return get(options);
}

/** Call it only once Redis has the ticks. @returns whether it was this call that raised it, among several schedulers. */
export async function raiseWatermark({ redis, prefix, job }: WatermarkOptions, to: number): Promise<boolean> {
  return (await redis.eval(raise, 1, watermarkKey(prefix, job), String(to))) === 1;
}

async function get({ redis, prefix, job }: WatermarkOptions): Promise<Watermark> {
  const [at, generation] = await redis.mget(watermarkKey(prefix, job), generationKey(prefix, job));
  return { at: Number(at), generation: Number(generation) };
}

/**
 * The clock was set back: schedules go on by the new time. A job whose ticks lie closer than the jump begins a new
 * generation, or it would be silent until the old time is reached again; a rarer one has had its tick already.
 */
async function settleSetBack(options: WatermarkOptions, jumpMs: number): Promise<void> {
  const { redis, prefix, job, clock, log } = options;
  const now = clock.now();
  const minutes = Math.round(jumpMs / 60_000);
  if (Math.abs((await options.serverTime()) - now) > agreedMs) {
    return log.warn('this clock is behind the others’; ticks are left to them', { job, minutes });
  }
  const isFrequent = intervalMs(options.timetable, now) < jumpMs;
  const keys = [
    watermarkKey(prefix, job),
    sinceKey(prefix, job),
    generationKey(prefix, job),
    lastSuccessKey(prefix, job),
  ];
  await redis.eval(lower, keys.length, ...keys, String(now), String(setBackMs), isFrequent ? '1' : '0');
  log.warn('the clock was set back; schedules go by the new time', { job, minutes });
}

function intervalMs(timetable: Timetable, now: number): number {
  const first = timetable.after(now);
  const second = first === null ? null : timetable.after(first);
  return first === null || second === null ? Number.POSITIVE_INFINITY : second - first;
}
