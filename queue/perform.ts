import type { Redis } from 'ioredis';
import type { Clock } from '../lib/clock.ts';
import { messageOf, OmegaError } from '../lib/errors.ts';
import type { AnyJob, Enqueue } from './job.ts';
import { enterRun } from './overlap.ts';
import type { Payload } from './queues.ts';
import type { Outcome, Run, RunRecorder } from './run.ts';

/** One attempt at a job, as it comes from the queue or from a hand. */
export interface Attempt {
  readonly jobId: string;
  readonly payload: Payload;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Aborted by the queue when the attempt is cancelled or the worker stops, and here when its time is over. */
  readonly stop: AbortController;
  readonly log: (line: string) => void;
  readonly progress: (share: number) => void;
}

/** What an attempt is performed with. */
export interface Stage<Omega> {
  readonly omega: Omega;
  readonly enqueue: Enqueue;
  readonly clock: Clock;
  readonly recorder: RunRecorder;
  /** Null where a job runs inside one process, without Redis. */
  readonly lease: { readonly redis: Redis; readonly prefix: string } | null;
}

/** Not run, for good: because another run takes its place, or because its tick is too old. */
interface LeftOut {
  readonly outcome: 'skipped' | 'stale';
  readonly why: string;
}

/** How an attempt ended without an error. */
export type Performed =
  | LeftOut
  | { readonly outcome: 'done'; readonly result: unknown }
  | { readonly outcome: 'later'; readonly why: string };

/** Thrown into a run by a shutdown: the job goes back to its queue untouched. */
export class Shutdown extends OmegaError {
  constructor() {
    super('Omega is stopping; the job goes on after the next start.', { code: 'E_SHUTDOWN' });
  }
}

/** How long a run may go on after its signal was aborted, before it is left behind. */
const graceMs = 5000;

/**
 * Runs a job once, with its guards and its record.
 * @throws whatever the job threw, `E_TIMEOUT`, `E_INPUT`, or {@link Shutdown}.
 */
export async function perform<Omega>(job: AnyJob<Omega>, attempt: Attempt, stage: Stage<Omega>): Promise<Performed> {
  const run = runOf(job, attempt, stage);
  const { staleAfterMs = Number.POSITIVE_INFINITY } = job.policy;
  const { reason, scheduledAt } = attempt.payload;
  const isTick = reason === 'tick' || (reason === 'catch-up' && job.schedule?.catchUp === 'skip');
  if (isTick && run.startedAt - scheduledAt > staleAfterMs) {
    const why = `its tick is ${Math.round((run.startedAt - scheduledAt) / 1000)} s old`;
    return leaveOut(run, { outcome: 'stale', why }, stage);
  }
  await using overlap = await enter(job, attempt, stage);
  if (overlap.verdict === 'later') return { outcome: 'later', why: `${overlap.holder} is still running` };
  if (overlap.verdict === 'skip') return leaveOut(run, { outcome: 'skipped', why: skippedFor(overlap.holder) }, stage);
  return { outcome: 'done', result: await runRecorded(job, run, { attempt, stage }) };
}

function runOf<Omega>(job: AnyJob<Omega>, attempt: Attempt, stage: Stage<Omega>): Run {
  const startedAt = stage.clock.now();
  return {
    id: `${attempt.jobId}@${startedAt}`,
    jobId: attempt.jobId,
    job: job.name,
    queue: job.policy.queue,
    reason: attempt.payload.reason,
    scheduledAt: attempt.payload.scheduledAt,
    startedAt,
    attempt: attempt.attempt,
  };
}

function skippedFor(holder: string | null): string {
  return holder === null ? 'a newer run of the same job takes its place' : `${holder} is still running`;
}

function leaveOut<Omega>(run: Run, left: LeftOut, { recorder }: Stage<Omega>): LeftOut {
  recorder.record(run, { endedAt: run.startedAt, outcome: left.outcome, error: null, result: left.why });
  return left;
}

async function enter<Omega>(
  job: AnyJob<Omega>,
  attempt: Attempt,
  { lease }: Stage<Omega>,
): Promise<{ verdict: 'run' | 'skip' | 'later'; holder: string | null } & AsyncDisposable> {
  const policy = job.policy.overlap ?? 'skip';
  if (lease === null || policy === 'allow')
    return { verdict: 'run', holder: null, [Symbol.asyncDispose]: async () => {} };
  const { scheduledAt } = attempt.payload;
  const overlap = await enterRun({ ...lease, job: job.name, jobId: attempt.jobId, scheduledAt, policy });
  return { verdict: overlap.verdict, holder: overlap.holder, [Symbol.asyncDispose]: overlap.release };
}

async function runRecorded<Omega>(
  job: AnyJob<Omega>,
  run: Run,
  { attempt, stage }: { attempt: Attempt; stage: Stage<Omega> },
): Promise<unknown> {
  const end = (outcome: Outcome, error: string | null, result: string | null): void =>
    stage.recorder.ended(run.id, { endedAt: stage.clock.now(), outcome, error, result });
  stage.recorder.started(run);
  try {
    const result = await runBounded(job, attempt, stage);
    end('done', null, asText(result));
    return result;
  } catch (error) {
    end(outcomeOf(error, job, attempt), messageOf(error), null);
    throw error;
  }
}

function outcomeOf<Omega>(error: unknown, job: AnyJob<Omega>, attempt: Attempt): Outcome {
  if (error instanceof Shutdown) return 'interrupted';
  return isFinal(error, job, attempt.attempt) ? 'dead' : 'failed';
}

/** Whether a failed attempt is the last one. */
export function isFinal<Omega>(error: unknown, job: AnyJob<Omega>, attempt: number): boolean {
  return (error instanceof OmegaError && error.permanent) || attempt >= (job.policy.attempts ?? 1);
}

function asText(result: unknown): string | null {
  if (result === undefined || result === null) return null;
  return (typeof result === 'string' ? result : JSON.stringify(result)).slice(0, 500);
}

/** The job's own code, under its time-out; one that ignores its signal is left behind after a grace. */
async function runBounded<Omega>(job: AnyJob<Omega>, attempt: Attempt, stage: Stage<Omega>): Promise<unknown> {
  const { timeoutMs } = job.policy;
  const { signal } = attempt.stop;
  const timer = setTimeout(() => attempt.stop.abort(tookTooLong(job.name, timeoutMs)), timeoutMs);
  const left = abandoned(signal);
  try {
    const { omega, enqueue, clock } = stage;
    const { scheduledAt, reason, input } = attempt.payload;
    const { log, progress } = attempt;
    const context = { signal, log, progress, enqueue, clock, scheduledAt, reason, omega };
    return await Promise.race([job.run(input, context), left.promise]);
  } catch (error) {
    // What a job throws once it was told to stop is only the echo of why it was told.
    if (signal.aborted && signal.reason instanceof OmegaError) throw signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    left.forget();
  }
}

function tookTooLong(job: string, timeoutMs: number): OmegaError {
  return new OmegaError(`${job} did not end within ${timeoutMs / 1000} s.`, {
    code: 'E_TIMEOUT',
    hint: `npm run jobs -- history ${job} shows how long it takes otherwise.`,
  });
}

/** Rejects some time after the abort, for a run that does not heed its signal. */
function abandoned(signal: AbortSignal): { readonly promise: Promise<never>; readonly forget: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    promise,
    forget: () => {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
    },
  };
}
