import { createTask, type ScheduledTask } from 'node-cron';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { AnyJob, Schedule } from './job.ts';
import { redisTime } from './connection.ts';
import { defaultWindowMs, type Queues, type Tick } from './queues.ts';
import type { RunRecorder } from './run.ts';
import { compileSchedule, type Timetable } from './schedule.ts';
import { raiseWatermark, readWatermark } from './watermark.ts';

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
  /** The time by the clock of Redis, unless a test has its own. */
  readonly serverTime?: () => Promise<number>;
  /** Called when Redis did not take a tick of a job that can run without it. */
  readonly onUnreachable?: (job: AnyJob<Omega>) => void;
}

/** A job with its schedule compiled. */
export interface Scheduled<Omega> {
  readonly job: AnyJob<Omega>;
  readonly schedule: Schedule;
  readonly timetable: Timetable;
}

/** A tick this late is a missed one that is caught up, no longer one that is merely on its way. */
const lateMs = 90_000;

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
  const mark = { ...options, ...queues, job: job.name, timetable, serverTime: serverTimeOf(options) };
  const watermark = await readWatermark(mark);
  const now = clock.now();
  const from = Math.max(watermark.at, now - (schedule.windowMs ?? defaultWindowMs));
  const due = timetable.between(from, now);
  const { kept, dropped } = catchUp(entry, due, now);
  if (kept.length > 0) await queues.addTicks(job, kept, watermark.generation);
  const forgotten = from > watermark.at ? timetable.before(from) : null;
  const last = due.at(-1) ?? (forgotten === null ? undefined : from);
  if (last !== undefined && (await raiseWatermark(mark, last))) {
    recordMissed(job, dropped, options);
    if (forgotten !== null && forgotten > watermark.at) recordForgotten(job, { from: watermark.at, to: from }, options);
  }
  return { added: kept.map((tick) => tick.at), dropped };
}

function serverTimeOf<Omega>({ queues, serverTime }: SchedulerOptions<Omega>): () => Promise<number> {
  return serverTime ?? (() => redisTime(queues.redis));
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
  const many = dropped.length === 1 ? 'A tick' : `${dropped.length} ticks`;
  leaveRecord(job, { from: first, to: last, what: `${many} ${spanOf(first, last)} missed and not caught up` }, options);
}

/** Older than the window they are not even counted: a week of minutes would take seconds to list. */
function recordForgotten<Omega>(
  job: AnyJob<Omega>,
  span: { from: number; to: number },
  options: SchedulerOptions<Omega>,
): void {
  const what = `All ticks ${spanOf(span.from, span.to)} missed, and too old to be looked for`;
  leaveRecord(job, { ...span, what }, options);
}

function spanOf(from: number, to: number): string {
  if (from === to) return `of ${new Date(from).toISOString()} was`;
  return `from ${new Date(from).toISOString()} to ${new Date(to).toISOString()} were`;
}

function leaveRecord<Omega>(
  job: AnyJob<Omega>,
  { from, to, what }: { from: number; to: number; what: string },
  { clock, log, recorder }: SchedulerOptions<Omega>,
): void {
  const now = clock.now();
  const id = `missed-${job.name}-${to}`;
  log.info(what, { job: job.name });
  recorder.record(
    {
      id,
      jobId: id,
      job: job.name,
      queue: job.policy.queue,
      reason: 'tick',
      scheduledAt: from,
      startedAt: now,
      attempt: 1,
    },
    { endedAt: now, outcome: 'missed', error: what, result: null },
  );
}
