import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../lib/clock.ts';
import { messageOf, OmegaError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { bury, buryForgotten } from './dead.ts';
import { queueConcurrency, queueNames, type AnyJob, type QueueName } from './job.ts';
import { leaveRun } from './overlap.ts';
import { ownerName } from './owner.ts';
import { perform, Shutdown, type Performed, type Stage } from './perform.ts';
import { findJob, lastSuccessKey, type Payload, type Queues } from './queues.ts';
import { reclaim } from './reclaim.ts';
import type { RunRecorder } from './run.ts';

/** The workers of one process. */
export interface Workers {
  /** Ids of jobs whose worker had died on this host, and which were given back at the start. */
  readonly reclaimed: readonly string[];
  /** Ids of jobs that living workers, here or elsewhere, held at the start. */
  readonly active: ReadonlySet<string>;
  /** Stops taking jobs, gives back what runs, and waits for it; never pauses a queue. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface WorkersOptions<Omega> {
  readonly queues: Queues<Omega>;
  /** A patient connection of the workers' own; it stays the caller's to close. */
  readonly redis: Redis;
  /** Which queues this process works on; all unless said. */
  readonly only?: readonly QueueName[];
  /** How many jobs of a queue run at a time, where it is not the usual number. */
  readonly concurrency?: Partial<Record<QueueName, number>>;
  readonly omega: Omega;
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: RunRecorder;
}

const defaultMaxStarts = 3;
/** How long a worker rests when Redis answers with a refusal. */
const restMs = 5000;
/** How long a run waits for the one before it, under `coalesce`. */
const coalesceDelayMs = 1000;

/** Starts a worker for each queue, once the jobs of dead workers of this host are back in their queues. */
export async function startWorkers<Omega>(options: WorkersOptions<Omega>): Promise<Workers> {
  const { queues, log, only = queueNames } = options;
  const stops = openStops();
  const workers = only.map((name) => openWorker(name, options, stops));
  const reclaimed = await reclaim(queues, workers);
  if (reclaimed.length > 0) log.info('gave back the jobs of a worker that died', { jobs: reclaimed });
  const buried = await buryForgotten(queues);
  if (buried > 0) log.warn('found failed jobs that nobody had been told of', { count: buried });
  const active = await activeIn(queues);
  for (const worker of workers) void worker.run();
  return {
    reclaimed,
    active,
    [Symbol.asyncDispose]: async () => {
      // First no more jobs, then the abort: else the worker takes the job that it has just given back.
      const closed = workers.map((worker) => worker.close());
      stops.close();
      await Promise.all(closed);
    },
  };
}

async function activeIn<Omega>(queues: Queues<Omega>): Promise<ReadonlySet<string>> {
  const jobs = await Promise.all(queues.all().map((queue) => queue.getActive()));
  return new Set(jobs.flat().map((job) => String(job?.id)));
}

function openWorker<Omega>(name: QueueName, options: WorkersOptions<Omega>, stops: Stops): Worker<Payload> {
  const { queues, redis, log } = options;
  // Three declared parameters: BullMQ hands its signal to no other processor.
  const processor = (job: Job<Payload>, token?: string, signal?: AbortSignal): Promise<unknown> =>
    attemptJob(job, { ...options, stops, token, signal });
  const worker = new Worker<Payload>(name, processor, {
    connection: redis,
    prefix: queues.prefix,
    name: ownerName(),
    autorun: false,
    concurrency: options.concurrency?.[name] ?? queueConcurrency[name],
    // The default of 1 loses jobs under repeated kills although they had attempts left; `maxStarts` is the bound.
    maxStalledCount: 1_000_000,
  });
  worker.on('error', restAfterErrors(worker, log));
  worker.on('failed', (job) => void buryIfFinal(queues, job, log));
  return worker;
}

/** The attempts that go on, so that a shutdown reaches them all; a composed signal each would cost more than a job. */
interface Stops {
  /** For a new attempt, and aborted with the queue's own signal. @throws Shutdown when closing has begun. */
  readonly open: (signal: AbortSignal | undefined) => AbortController;
  readonly forget: (stop: AbortController) => void;
  readonly close: () => void;
}

function openStops(): Stops {
  const running = new Set<AbortController>();
  let isClosing = false;
  return {
    open: (signal) => {
      // A worker that is closing can still wake to one more job: the very one that it has just given back.
      if (isClosing) throw new Shutdown();
      const stop = new AbortController();
      signal?.addEventListener('abort', () => stop.abort(signal.reason), { once: true });
      running.add(stop);
      return stop;
    },
    forget: (stop) => running.delete(stop),
    close: () => {
      isClosing = true;
      for (const stop of running) stop.abort(new Shutdown());
    },
  };
}

/**
 * BullMQ tries again without a wait where Redis refuses each of its scripts (full, read-only), and says so each time:
 * a hundred megabytes of log in a minute. So one line tells of it, and the worker rests before it tries again.
 */
function restAfterErrors(worker: Worker, log: Log): (error: Error) => void {
  const said = new Set<string>();
  let resting: NodeJS.Timeout | undefined;
  worker.once('closing', () => clearTimeout(resting));
  worker.on('completed', () => said.clear());
  return (error) => {
    const message = messageOf(error);
    if (!said.has(message)) log.warn('a worker had trouble with Redis', { queue: worker.name, error: message });
    said.add(message);
    const isFetching = worker.isRunning() && worker.closing === undefined;
    if (resting !== undefined || !isFetching || error.name !== 'ReplyError') return;
    void worker.pause(true);
    resting = setTimeout(() => {
      resting = undefined;
      void worker.resume();
    }, restMs);
  };
}

interface AttemptOptions<Omega> extends WorkersOptions<Omega> {
  readonly stops: Stops;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One attempt, translated between BullMQ's ways and {@link perform}. */
async function attemptJob<Omega>(bullJob: Job<Payload>, options: AttemptOptions<Omega>): Promise<unknown> {
  const { queues, omega, clock, recorder, stops, signal, token } = options;
  const stage: Stage<Omega> = { omega, clock, recorder, enqueue: queues.enqueue, lease: queues };
  const lines = lineBuffer(bullJob, options.log);
  let stop: AbortController | undefined;
  try {
    stop = stops.open(signal);
    const job = await requireRunnable(bullJob, options);
    const performed = await perform(
      job,
      {
        jobId: String(bullJob.id),
        payload: bullJob.data,
        attempt: bullJob.attemptsMade + 1,
        stop,
        log: lines.add,
        progress: (share) => void bullJob.updateProgress(Math.round(share * 100)).catch(() => {}),
      },
      stage,
    );
    await lines.flush();
    if (performed.outcome === 'done' && job.schedule !== null) await noteSuccess(job.name, options);
    return await settle(performed, bullJob, token);
  } catch (error) {
    await lines.flush();
    throw await translate(error, bullJob, token);
  } finally {
    if (stop !== undefined) stops.forget(stop);
  }
}

/** Kept in Redis as well as in the record of runs, which other hosts do not see: their heartbeats ask for it. */
async function noteSuccess<Omega>(job: string, { queues, clock, log }: WorkersOptions<Omega>): Promise<void> {
  try {
    await queues.redis.set(lastSuccessKey(queues.prefix, job), String(clock.now()));
  } catch (error) {
    log.warn('a success could not be told to other hosts', { job, error: messageOf(error) });
  }
}

/**
 * @throws OmegaError for a job that nobody knows any more, or that keeps killing its worker. That leaves a record too,
 * and gives back the lease that the job took when it last began, or its next runs would all be skipped.
 */
async function requireRunnable<Omega>(
  bullJob: Job<Payload>,
  { queues, recorder, clock }: WorkersOptions<Omega>,
): Promise<AnyJob<Omega>> {
  try {
    const job = findJob(queues.jobs, bullJob.name);
    assertNotDeadly(job, bullJob);
    return job;
  } catch (error) {
    const now = clock.now();
    const { reason, scheduledAt } = bullJob.data;
    const jobId = String(bullJob.id);
    await leaveRun({ ...queues, job: bullJob.name, jobId });
    recorder.record(
      {
        id: `${jobId}@${now}`,
        jobId,
        job: bullJob.name,
        queue: bullJob.queueName,
        reason,
        scheduledAt,
        startedAt: now,
        attempt: bullJob.attemptsMade + 1,
      },
      { endedAt: now, outcome: 'dead', error: messageOf(error), result: null },
    );
    throw error;
  }
}

/** A job that keeps killing its worker must not do so for ever. */
function assertNotDeadly<Omega>(job: AnyJob<Omega>, bullJob: Job): void {
  const maxStarts = job.policy.maxStarts ?? defaultMaxStarts;
  if (bullJob.stalledCounter < maxStarts) return;
  throw new OmegaError(`${job.name} was started ${maxStarts} times and each time its worker died.`, {
    code: 'E_DEADLY_JOB',
    hint: 'Look at the worker’s log for the cause, then redrive the job.',
    permanent: true,
  });
}

async function settle(performed: Performed, bullJob: Job, token: string | undefined): Promise<unknown> {
  if (performed.outcome === 'later') {
    await bullJob.moveToDelayed(Date.now() + coalesceDelayMs, token);
    throw new DelayedError();
  }
  return performed.outcome === 'done' ? performed.result : { [performed.outcome]: performed.why };
}

/** The one place that speaks BullMQ's errors. */
async function translate(error: unknown, bullJob: Job, token: string | undefined): Promise<unknown> {
  if (error instanceof DelayedError) return error;
  if (error instanceof Shutdown) {
    await bullJob.moveToWait(token);
    return new WaitingError();
  }
  if (!(error instanceof OmegaError) || !error.permanent) return error;
  const unrecoverable = new UnrecoverableError(error.message);
  unrecoverable.cause = error;
  return unrecoverable;
}

async function buryIfFinal<Omega>(queues: Queues<Omega>, job: Job<Payload> | undefined, log: Log): Promise<void> {
  if (job?.finishedOn === undefined) return;
  log.error('a job failed for good', { job: job.name, id: job.id, error: job.failedReason });
  // A letter that cannot be written now is written by the next start's sweep.
  await bury(queues, job).catch((error: unknown) => log.warn('a dead letter waits', { error: messageOf(error) }));
}

/** A job's lines, written once a second and at its end: one round trip a line would cost a third of the throughput. */
function lineBuffer(
  bullJob: Job,
  log: Log,
): { readonly add: (line: string) => void; readonly flush: () => Promise<void> } {
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0) return;
    const text = lines.join('\n');
    lines = [];
    await bullJob
      .log(text)
      .catch((error: unknown) => log.warn('lines of a job were lost', { error: messageOf(error) }));
  };
  return {
    add: (line) => {
      lines.push(line);
      timer ??= setTimeout(() => void flush(), 1000);
    },
    flush,
  };
}
