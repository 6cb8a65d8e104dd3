import { systemClock } from '#lib/clock.ts';
import { messageOf, usageError } from '#lib/errors.ts';
import { createLog, type Log } from '#lib/log.ts';
import type { Omega } from '#jobs/omega.ts';
import { attachToSupervisor } from '#ops/child.ts';
import { connect, disconnect, redisTarget, requireRedis } from '#queue/connection.ts';
import { queueNames, type AnyJob, type Enqueue, type QueueName } from '#queue/job.ts';
import { perform, stoppedBy, type Stage } from '#queue/perform.ts';
import { findJob, openQueues } from '#queue/queues.ts';
import { createScheduler } from '#queue/scheduler.ts';
import { startWorkers } from '#queue/worker.ts';
import { runCommand } from './command.ts';
import { allJobs, buildOmega } from './construct.ts';
import { readSettings } from './settings.ts';

/** From one look for a Redis that is not there to the next. */
const redisRetryMs = 500;

await runCommand({
  name: 'npm run worker',
  summary: 'the scheduler and a worker for each queue; with REDIS_URL also on another host',
  help: [['-- --queues a,b', `work on these only: ${queueNames.join(', ')}`]],
  options: { queues: { type: 'string' } },
  run: async ({ values, signal }) => serve(toQueueNames(values.queues), signal),
});

function toQueueNames(text: string | undefined): readonly QueueName[] {
  if (text === undefined) return queueNames;
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !queueNames.some((queue) => queue === name));
  if (unknown.length > 0)
    throw usageError(`There is no queue ${unknown.join(', ')}.`, `The queues are: ${queueNames.join(', ')}.`);
  return queueNames.filter((name) => wanted.includes(name));
}

/** Works until it is told to stop. Without Redis it runs what can be run without, so that the page says what is wrong. */
async function serve(only: readonly QueueName[], signal: AbortSignal): Promise<void> {
  const settings = readSettings();
  const { env, paths } = settings;
  const log = createLog({ name: 'worker', secrets: env.secrets });
  for (const warning of env.warnings) log.warn(warning);
  await using closing = new AsyncDisposableStack();
  const target = redisTarget({ ...env, ...paths });
  const redis = closing.adopt(connect(target, { patience: 'prompt', log }), disconnect);
  const patient = closing.adopt(connect(target, { patience: 'patient', log }), disconnect);
  const queues = closing.use(openQueues({ jobs: allJobs, redis }));
  const { omega, recorder } = closing.use(await buildOmega({ settings, queues, log }));
  recorder.closeOrphans(systemClock.now());
  const inline = inlineRunner({ omega, recorder, log, signal });
  const shared = { queues, clock: systemClock, log, recorder };
  const scheduler = closing.use(createScheduler({ ...shared, localTimezone: env.timezone, onUnreachable: inline }));

  const stopped = Promise.withResolvers<void>();
  const stop = new AbortController();
  const supervisor = attachToSupervisor({
    onStop: async () => {
      stop.abort();
      await stopped.promise;
    },
  });
  const ending = AbortSignal.any([signal, stop.signal]);
  try {
    await scheduler.start();
    if (await redisAnswers(redis, { log, signal: ending })) {
      closing.use(await startWorkers({ ...shared, redis: patient, only, omega }));
      supervisor.ready();
      log.info('works', { queues: only });
      await queues.enqueue('heartbeat', {}, { reason: 'event' });
      await aborted(ending);
    }
  } finally {
    await closing.disposeAsync();
    stopped.resolve();
  }
}

/** Waits for Redis however long that takes; false when told to stop first. */
async function redisAnswers(
  redis: Parameters<typeof requireRedis>[0],
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<boolean> {
  let isTold = false;
  while (!signal.aborted) {
    try {
      await requireRedis(redis);
      return true;
    } catch (error) {
      if (!isTold) log.warn('the queue cannot be used yet', { error: messageOf(error) });
      isTold = true;
      await systemClock.sleep(redisRetryMs, signal).catch(() => {});
    }
  }
  return false;
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}

/** Runs a job in this process, one run at a time, while Redis is away; what it asks for is run after it. */
function inlineRunner(options: {
  omega: Omega;
  recorder: Stage<Omega>['recorder'];
  log: Log;
  signal: AbortSignal;
}): (job: AnyJob<Omega>) => void {
  const { omega, recorder, log, signal } = options;
  const running = new Set<string>();
  const run = async (job: AnyJob<Omega>): Promise<void> => {
    if (running.has(job.name)) return;
    running.add(job.name);
    const next: AnyJob<Omega>[] = [];
    const enqueue: Enqueue = async (name, _input, { delayMs = 0 } = {}) => {
      const asked = findJob(allJobs, name);
      if (delayMs === 0 && asked.policy.withoutRedis === true) next.push(asked);
      return `inline-${name}`;
    };
    const now = systemClock.now();
    const jobId = `inline-${job.name}-${now}`;
    const say = (line: string): void => log.info(line, { job: job.name });
    const attempt = {
      jobId,
      payload: { input: {}, scheduledAt: now, reason: 'event' as const },
      attempt: 1,
      stop: stoppedBy(signal),
      log: say,
      progress: () => {},
    };
    try {
      await perform(job, attempt, { omega, recorder, clock: systemClock, enqueue, lease: null });
    } catch (error) {
      log.error('a job failed that was run without Redis', { job: job.name, error });
    } finally {
      running.delete(job.name);
    }
    for (const asked of next) await run(asked);
  };
  return (job) => void run(job);
}
