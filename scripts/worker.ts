import { systemClock } from '#lib/clock.ts';
import { listReports } from '#holding/report/trend/store.ts';
import { messageOf, usageError } from '#lib/errors.ts';
import { createLog, type Log } from '#lib/log.ts';
import type { Omega } from '#jobs/omega.ts';
import { attachToSupervisor } from '#ops/child.ts';
import { connect, disconnect, redisTarget, requireRedis } from '#queue/connection.ts';
import { inlineRunner } from '#queue/inline.ts';
import { queueNames, type QueueName } from '#queue/job.ts';
import { openQueues, type Queues } from '#queue/queues.ts';
import { createScheduler } from '#queue/scheduler.ts';
import { startWorkers } from '#queue/worker.ts';
import { watchBell } from './bell.ts';
import { runCommand } from './command.ts';
import { allJobs, buildOmega } from './construct.ts';
import { checksFileOf, readSettings, type Settings } from './settings.ts';
import { readToolServers } from './tool-servers.ts';

/** From one look for a Redis that is not there to the next. */
const redisRetryMs = 500;

await runCommand({
  name: 'npm run worker',
  summary: 'the scheduler and a worker for each queue; with REDIS_URL also on another host',
  help: [['-- --queues a,b', `work on these only: ${queueNames.join(', ')}`]],
  outlivesReader: true,
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
  const servers = readToolServers(settings);
  const log = createLog({ name: 'worker', secrets: [...env.secrets, ...servers.config.secrets] });
  for (const warning of env.warnings) log.warn(warning);
  const startedAt = systemClock.now();
  await using closing = new AsyncDisposableStack();
  const target = redisTarget({ ...env, ...paths });
  const redis = closing.adopt(connect(target, { patience: 'prompt', log }), disconnect);
  const patient = closing.adopt(connect(target, { patience: 'patient', log }), disconnect);
  const queues = closing.use(openQueues({ jobs: allJobs, redis }));
  const { omega, recorder } = closing.use(await buildOmega({ settings, queues, servers, log }));
  const stopped = Promise.withResolvers<void>();
  const stop = new AbortController();
  const supervisor = attachToSupervisor({
    onStop: async () => {
      stop.abort();
      await stopped.promise;
    },
  });
  const ending = AbortSignal.any([signal, stop.signal]);
  const shared = { queues, clock: systemClock, log, recorder };
  const onUnreachable = inlineRunner(allJobs, { ...shared, omega, signal: ending });
  const scheduler = closing.use(createScheduler({ ...shared, localTimezone: env.timezone, onUnreachable }));
  try {
    await scheduler.start();
    if (await redisAnswers(redis, { log, signal: ending })) {
      const workers = closing.use(await startWorkers({ ...shared, redis: patient, only, omega }));
      recorder.closeOrphans(startedAt, workers.active);
      supervisor.ready();
      log.info('works', { queues: only });
      const lookAtOnce = (): void => void askForHeartbeat(queues, log);
      lookAtOnce();
      const files = [paths.bell, checksFileOf(settings)];
      watchBell({ files, onRing: lookAtOnce, signal: ending, log }); // One that meets another runs after it.
      if (only.includes('report')) void askForReports(queues, log);
      if (only.includes('swarm')) void askForExample(settings, queues, log);
      redis.on('ready', lookAtOnce); // What fell due while it was away.
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

async function askForHeartbeat(queues: Queues<Omega>, log: Log): Promise<void> {
  try {
    await queues.enqueue('heartbeat', {}, { reason: 'event' });
  } catch (error) {
    log.warn('a heartbeat could not be asked for; the next minute brings one', { error: messageOf(error) });
  }
}

/** What fell due while nobody worked, and the first report of whoever has just set a key. */
async function askForReports(queues: Queues<Omega>, log: Log): Promise<void> {
  try {
    await queues.enqueue('report-send', {}, { reason: 'event' });
  } catch (error) {
    log.warn('reports could not be asked for; the next five minutes bring them', { error: messageOf(error) });
  }
}

/** On a machine without any report the page shows an example of one, from the shipped documents. */
async function askForExample({ paths }: Settings, queues: Queues<Omega>, log: Log): Promise<void> {
  try {
    const [report] = await listReports(paths.units, { limit: 1 });
    if (report === undefined) await queues.enqueue('trend-report', { demo: true }, { reason: 'event' });
  } catch (error) {
    log.warn('an example report could not be asked for', { error: messageOf(error) });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
