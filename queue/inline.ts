import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { AnyJob, Enqueue, Reason } from './job.ts';
import { perform, type Performed } from './perform.ts';
import { findJob } from './queues.ts';
import type { RunRecorder } from './run.ts';

/** What a job needs that runs in this process, without a queue. */
export interface InlineStage<Omega> {
  readonly omega: Omega;
  readonly recorder: RunRecorder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** One run without a queue: one attempt, its lines to `log`, and what it asks for to `enqueue`. */
export interface InlineRun {
  readonly id: string;
  readonly input: unknown;
  readonly reason: Reason;
  readonly log: (line: string) => void;
  readonly enqueue: Enqueue;
}

/** Runs a job here and now. @throws whatever the job threw. */
export async function performInline<Omega>(
  job: AnyJob<Omega>,
  run: InlineRun,
  stage: InlineStage<Omega>,
): Promise<Performed> {
  const { id, input, reason, log, enqueue } = run;
  const { omega, recorder, clock, signal } = stage;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const payload = { input, scheduledAt: clock.now(), reason };
    const attempt = { jobId: id, payload, attempt: job.policy.attempts ?? 1, stop, log, progress: () => {} };
    return await perform(job, attempt, { omega, recorder, clock, enqueue, lease: null });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Runs jobs in this process while Redis is away, so that the page can say that it is. What they ask for is run as
 * well, after the delay that they ask for, where it can do without Redis; each job at most once at a time.
 */
export function inlineRunner<Omega>(
  jobs: readonly AnyJob<Omega>[],
  stage: InlineStage<Omega> & { readonly log: Log },
): (job: AnyJob<Omega>) => void {
  const { clock, signal, log } = stage;
  const busy = new Set<string>();

  async function run(job: AnyJob<Omega>, delayMs: number): Promise<void> {
    if (busy.has(job.name)) return;
    busy.add(job.name);
    const asked: { readonly job: AnyJob<Omega>; readonly delayMs: number }[] = [];
    try {
      await clock.sleep(delayMs, signal);
      const enqueue: Enqueue = async (name, _input, options) => {
        asked.push({ job: findJob(jobs, name), delayMs: options?.delayMs ?? 0 });
        return `inline-${name}`;
      };
      const say = (line: string): void => log.info(line, { job: job.name });
      const id = `inline-${job.name}-${crypto.randomUUID()}`;
      await performInline(job, { id, input: {}, reason: 'event', log: say, enqueue }, stage);
    } catch (error) {
      if (!signal.aborted) log.error('a job failed that was run without Redis', { job: job.name, error });
    } finally {
      busy.delete(job.name);
    }
    for (const next of asked.filter((one) => one.job.policy.withoutRedis === true)) void run(next.job, next.delayMs);
  }

  return (job) => void run(job, 0);
}
