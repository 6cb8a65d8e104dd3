import type { OwnRun } from '#mcp/own-functions.ts';
import { openRunHistory, type RunHistory } from '#holding/health/store/run-history.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import type { Omega } from '#jobs/omega.ts';
import type { Queues } from '#queue/queues.ts';
import { recordOf } from './own-mcp-look.ts';
import { runningServices } from './running.ts';
import type { Settings } from './settings.ts';

/** Clients give up after a minute. */
const longestWaitMs = 45_000;
const pollEveryMs = 150;
/** Asked for again within the same second it is the same run, also where that has ended. */
const sameRunMs = 1000;
/** How a job ends for good; after any other outcome it is tried again. */
const endings: ReadonlySet<string> = new Set(['done', 'dead', 'skipped', 'stale', 'missed']);
/** The record that is waited for is among so many of its job. */
const recentRuns = 30;

/**
 * Queues one run of a job, and with `wait` follows its record until it ended.
 * @throws OmegaError that says what to do where nothing would run it.
 */
export async function runJobFor(
  { job, wait }: { readonly job: string; readonly wait: boolean },
  { settings, signal }: { readonly settings: Settings; readonly signal: AbortSignal },
): Promise<OwnRun> {
  if (settings.env.redisUrl === undefined) await requireRunning(settings, signal);
  const { allJobs, openQueueClient } = await import('./construct.ts'); // BullMQ is large, and seldom needed here.
  const { findJob } = await import('#queue/queues.ts');
  await using client = await openQueueClient(settings);
  const queue = client.queues.get(findJob(allJobs, job).policy.queue);
  if ((await queue.getWorkersCount()) === 0) throw noWorker(job, queue.name);
  using history = wait ? openRunHistory(settings.paths.healthDb) : null;
  const run = await enqueueOnce(client.queues, queue, job);
  const asked: OwnRun = { job, run, outcome: 'queued', ms: null, detail: null, next: howToSee(job) };
  if (await queue.isPaused()) {
    return { ...asked, detail: `The queue ${queue.name} is paused: npm run jobs -- resume ${queue.name}` };
  }
  return history === null ? asked : await untilEnded(asked, history, signal);
}

async function requireRunning({ paths }: Settings, signal: AbortSignal): Promise<void> {
  if ((await runningServices(paths, signal)) !== null) return;
  throw new OmegaError('Omega does not run here, so nothing would run the job.', {
    code: 'E_NOT_RUNNING',
    hint: 'Its owner starts it with npm start. status tells what was last known.',
    exitCode: 75,
  });
}

function noWorker(job: string, queue: string): OmegaError {
  return new OmegaError(`No worker takes jobs from the queue ${queue}, so ${job} would only wait.`, {
    code: 'E_NO_WORKER',
    hint: 'status says how the worker stands; npm start starts it.',
    exitCode: 75,
  });
}

/** However often a model asks: while a run that was asked for here has not ended, there is no other one. */
async function enqueueOnce(
  queues: Queues<Omega>,
  queue: ReturnType<Queues<Omega>['get']>,
  job: string,
): Promise<string> {
  const prefix = `manual-${job}-mcp-`;
  const open = await queue.getJobs(['active', 'waiting', 'delayed']);
  const running = open.find((one) => one?.id?.startsWith(prefix));
  if (running?.id !== undefined) return running.id;
  const id = `${prefix}${Math.floor(systemClock.now() / sameRunMs)}`;
  return queues.enqueue(job, {}, { id, reason: 'manual' });
}

function howToSee(job: string): string {
  return `The tool jobs shows its record: {"job":"${job}"}.`;
}

/** Follows the run's record; after the longest wait it says how far it is. */
async function untilEnded(asked: OwnRun, history: RunHistory, signal: AbortSignal): Promise<OwnRun> {
  const deadline = systemClock.monotonic() + longestWaitMs;
  for (;;) {
    const run = history.history({ job: asked.job, limit: recentRuns }).find(({ jobId }) => jobId === asked.run);
    const { outcome, ms, detail } = run === undefined ? asked : recordOf(run);
    if (endings.has(outcome)) return { ...asked, outcome, ms, detail };
    if (systemClock.monotonic() > deadline) {
      const waited = `It had not ended after ${longestWaitMs / 1000} s`;
      return { ...asked, outcome, detail: detail === null ? waited : `${waited}: ${detail}` };
    }
    await systemClock.sleep(pollEveryMs, signal);
  }
}
