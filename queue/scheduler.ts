import { createTask, type ScheduledTask } from 'node-cron';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { AnyJob, Schedule } from './job.ts';
import { defaultWindowMs, type Queues, type Tick } from './queues.ts';
import type { RunRecorder } from './run.ts';
import { compileSchedule, type Timetable } from './schedule.ts';

/** Turns time into jobs: no tick lost, none added twice, whoever is killed in between. */
export interface Scheduler {
  /** Brings every job up to date now, and then at each of its ticks. */
  readonly start: () => Promise<void>;
  /** Adds what is due of one job. Safe to call at any time, from any number of schedulers. */
  readonly reconcile: (job: string) => Promise<Reconciled>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface Reconciled {
  readonly added: readonly number[];
  readonly dropped: readonly number[];
}

export interface SchedulerOptions<Omega> {
  readonly queues: Queues<Omega>;
  readonly localTimezone: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: Pick<RunRecorder, 'record'>;
  /** Called when Redis did not take a tick of a job that can run without it. */
  readonly onUnreachable?: (job: AnyJob<Omega>) => void;
}

/** A job with its schedule compiled. */
export interface Scheduled<Omega> {
  readonly job: AnyJob<Omega>;
  readonly schedule: Schedule;
  readonly timetable: Timetable;
}

const hourMs = 3_600_000;
/** A tick this late is a missed one that is caught up, no longer one that is merely on its way. */
const lateMs = 90_000;
/** A watermark this far ahead of the clock means that the clock was set back. */
const clockSetBackMs = 300_000;

/** Advances, never goes back: so the slower of two schedulers cannot undo the faster one. */
const raiseWatermark = `
local current = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > current then redis.call('SET', KEYS[1], ARGV[1]) end
return 1`;

/** Compiles every schedule; the first fault ends the start, before anything is queued. */
export function compileAll<Omega>(
  jobs: readonly AnyJob<Omega>[],
  options: { localTimezone: string; now: number },
): Scheduled<Omega>[] {
  return jobs.flatMap((job) =>
    job.schedule === null
      ? []
      : [{ job, schedule: job.schedule, timetable: compileSchedule(job.name, job.schedule, options) }],
  );
}

/** Where a job's watermark lies: every tick up to it is in the queue, or was dropped on purpose. */
export function watermarkKey(prefix: string, job: string): string {
  return `${prefix}:watermark:${job}`;
}

/** When a job became known here: the first tick that it owes is the one after it. */
export function sinceKey(prefix: string, job: string): string {
  return `${prefix}:since:${job}`;
}

/** @throws OmegaError for a schedule that cannot be. */
export function createScheduler<Omega>(options: SchedulerOptions<Omega>): Scheduler {
  const { queues, clock, log, localTimezone } = options;
  const scheduled = compileAll(queues.jobs, { localTimezone, now: clock.now() });
  const inFlight = new Map<string, Promise<Reconciled>>();
  let tasks: ScheduledTask[] = [];

  /** Ticks of one process join the reconciliation that is under way. */
  const reconcileOnce = (entry: Scheduled<Omega>): Promise<Reconciled> => {
    const name = entry.job.name;
    const running = inFlight.get(name) ?? reconcileJob(entry, options).finally(() => inFlight.delete(name));
    inFlight.set(name, running);
    return running;
  };
  const reconcileQuietly = async (entry: Scheduled<Omega>): Promise<void> => {
    try {
      await reconcileOnce(entry);
    } catch (error) {
      log.warn('a tick could not be queued yet; it is not lost', { job: entry.job.name, error: messageOf(error) });
      if (entry.job.policy.withoutRedis === true) options.onUnreachable?.(entry.job);
    }
  };

  return {
    start: async () => {
      await Promise.all(scheduled.map(reconcileQuietly));
      tasks = scheduled.map((entry) => startTask(entry, () => reconcileQuietly(entry)));
      // node-cron is silent for an hour in an autumn night; this minute in UTC is the net below every other task.
      tasks.push(everyMinute(async () => void (await Promise.all(scheduled.map(reconcileQuietly)))));
    },
    reconcile: (name) => {
      const entry = scheduled.find((candidate) => candidate.job.name === name);
      return entry === undefined ? Promise.resolve({ added: [], dropped: [] }) : reconcileOnce(entry);
    },
    [Symbol.asyncDispose]: async () => {
      for (const task of tasks) await task.destroy();
      await Promise.allSettled(inFlight.values());
    },
  };
}

function startTask<Omega>(entry: Scheduled<Omega>, reconcile: () => Promise<void>): ScheduledTask {
  const task = createTask(entry.schedule.cron, reconcile, {
    timezone: entry.timetable.timezone,
    suppressMissedWarning: true,
  });
  task.on('execution:missed', reconcile);
  void task.start();
  return task;
}

function everyMinute(reconcile: () => Promise<void>): ScheduledTask {
  const task = createTask('* * * * *', reconcile, { timezone: 'UTC', suppressMissedWarning: true });
  void task.start();
  return task;
}

/** Watermark, ticks since then, add them, and only once Redis has them advance the watermark. */
async function reconcileJob<Omega>(entry: Scheduled<Omega>, options: SchedulerOptions<Omega>): Promise<Reconciled> {
  const { queues, clock } = options;
  const { job, schedule, timetable } = entry;
  const now = clock.now();
  const watermark = await readWatermark(entry, options, now);
  const windowMs = schedule.windowMs ?? defaultWindowMs;
  const due = timetable.between(Math.max(watermark, now - windowMs), now);
  const { kept, dropped } = catchUp(entry, due, now);
  if (kept.length > 0) await queues.addTicks(job, kept);
  const last = due.at(-1);
  if (last !== undefined) {
    await queues.redis.eval(raiseWatermark, 1, watermarkKey(queues.prefix, job.name), String(last));
    recordMissed(job, dropped, options);
  }
  return { added: kept.map((tick) => tick.at), dropped };
}

/** A job's first ever watermark is now: what would have been due before Omega existed was not missed. */
async function readWatermark<Omega>(
  entry: Scheduled<Omega>,
  options: SchedulerOptions<Omega>,
  now: number,
): Promise<number> {
  const { redis, prefix } = options.queues;
  const key = watermarkKey(prefix, entry.job.name);
  await redis.multi().set(key, String(now), 'NX').set(sinceKey(prefix, entry.job.name), String(now), 'NX').exec();
  const watermark = Number(await redis.get(key));
  if (watermark <= now + clockSetBackMs) return watermark;
  options.log.warn('the clock was set back; schedules go by the new time', {
    job: entry.job.name,
    hours: Math.round(((watermark - now) / hourMs) * 10) / 10,
  });
  // Ids keep a tick that was already run from running again.
  await redis.set(key, String(now));
  return now;
}

/** Which of the due ticks run, by the job's own word on catching up. */
function catchUp<Omega>(
  entry: Scheduled<Omega>,
  due: readonly number[],
  now: number,
): { kept: Tick[]; dropped: number[] } {
  const { catchUp: mode = 'latest', maxCatchUp = 100 } = entry.schedule;
  const staleAfterMs = entry.job.policy.staleAfterMs ?? lateMs;
  const keep =
    mode === 'latest'
      ? due.slice(-1)
      : mode === 'skip'
        ? due.filter((at) => now - at <= staleAfterMs)
        : due.slice(-maxCatchUp);
  const kept = new Set(keep);
  return {
    kept: keep.map((at) => ({ at, reason: now - at > lateMs ? 'catch-up' : 'tick' })),
    dropped: due.filter((at) => !kept.has(at)),
  };
}

/** What was not caught up leaves one record for all of it. */
function recordMissed<Omega>(job: AnyJob<Omega>, dropped: readonly number[], options: SchedulerOptions<Omega>): void {
  const [first] = dropped;
  const last = dropped.at(-1);
  if (first === undefined || last === undefined) return;
  const span = `${dropped.length} ticks from ${new Date(first).toISOString()} to ${new Date(last).toISOString()} were missed and not caught up`;
  const now = options.clock.now();
  const run = {
    id: `missed-${job.name}-${last}`,
    jobId: `missed-${job.name}-${last}`,
    job: job.name,
    queue: job.policy.queue,
  };
  options.log.info(span, { job: job.name });
  options.recorder.record(
    { ...run, reason: 'tick', scheduledAt: first, startedAt: now, attempt: 1 },
    { endedAt: now, outcome: 'missed', error: span, result: null },
  );
}
