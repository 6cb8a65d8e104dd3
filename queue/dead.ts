import type { Job } from 'bullmq';
import { z } from 'zod';
import { OmegaError } from '../lib/errors.ts';
import { type Payload, type Queues } from './queues.ts';

/** A job that failed for good, with what it takes to understand it and to run it again. */
export interface DeadLetter {
  readonly id: string;
  readonly job: string;
  readonly jobId: string;
  readonly queue: string;
  readonly input: unknown;
  readonly scheduledAt: number;
  readonly failedAt: number;
  readonly attempts: number;
  readonly error: string;
  /** The last lines that the job logged. */
  readonly logTail: readonly string[];
}

const DeadLetterData = z.object({
  job: z.string(),
  jobId: z.string(),
  queue: z.string(),
  input: z.unknown(),
  scheduledAt: z.number(),
  failedAt: z.number(),
  attempts: z.number(),
  error: z.string(),
  logTail: z.array(z.string()),
});

/** A mark on the failed job itself, so that a letter which was answered does not come again. */
const buriedField = 'omega:buried';
const logTailLines = 20;
/** So many failed jobs are looked through for one that was never buried. */
const sweepLimit = 1000;

/** Copies a failed job among the dead. The same failure buried twice is one letter. */
export async function bury<Omega>(queues: Queues<Omega>, job: Job<Payload>): Promise<void> {
  const failedAt = job.finishedOn ?? Date.now();
  const { logs } = await queues.get(job.queueName).getJobLogs(String(job.id), -logTailLines, -1);
  const letter = {
    job: job.name,
    jobId: String(job.id),
    queue: job.queueName,
    input: job.data.input,
    scheduledAt: job.data.scheduledAt,
    failedAt,
    attempts: job.attemptsMade,
    error: job.failedReason,
    logTail: logs,
  };
  await queues.dead.add(job.name, letter, { jobId: deadId(job) });
  await queues.redis.hset(queues.get(letter.queue).toKey(letter.jobId), buriedField, failedAt);
}

/** Names the failure, not the job: a job that is run again and fails again is another letter. */
function deadId(job: Job<Payload>): string {
  return `dead-${job.queueName}-${job.id}-${job.finishedOn ?? 0}`;
}

/** Buries what failed while nobody was there to see it: a worker killed between failing and burying. */
export async function buryForgotten<Omega>(queues: Queues<Omega>): Promise<number> {
  let buried = 0;
  for (const queue of queues.all()) {
    for (const job of await queue.getFailed(0, sweepLimit)) {
      if (job === undefined || (await queues.redis.hexists(queue.toKey(String(job.id)), buriedField)) === 1) continue;
      await bury(queues, job);
      buried += 1;
    }
  }
  return buried;
}

/** The letters, the newest first. */
export async function listDead<Omega>(queues: Queues<Omega>, limit = 100): Promise<readonly DeadLetter[]> {
  const jobs = await queues.dead.getWaiting(0, -1);
  const letters = jobs.flatMap((job) => {
    const parsed = DeadLetterData.safeParse(job?.data);
    return parsed.success ? [{ ...parsed.data, id: String(job.id) }] : [];
  });
  return letters.toSorted((a, b) => b.failedAt - a.failedAt).slice(0, limit);
}

/**
 * Runs a dead letter's job again, once: killed in between and called again, the job's id is still the same.
 * @returns the new job's id.
 */
export async function redrive<Omega>(queues: Queues<Omega>, id: string): Promise<string> {
  const letter = await requireLetter(queues, id);
  const jobId = await queues.enqueue(letter.job, letter.input, { id: `redrive-${letter.id}`, reason: 'manual' });
  await queues.dead.remove(letter.id);
  return jobId;
}

/** Throws a dead letter away. */
export async function forget<Omega>(queues: Queues<Omega>, id: string): Promise<void> {
  const letter = await requireLetter(queues, id);
  await queues.dead.remove(letter.id);
}

async function requireLetter<Omega>(queues: Queues<Omega>, id: string): Promise<DeadLetter> {
  const letters = await listDead(queues, Number.POSITIVE_INFINITY);
  const letter = letters.find((candidate) => candidate.id === id || candidate.jobId === id);
  if (letter !== undefined) return letter;
  throw new OmegaError(`There is no dead letter ${id}.`, {
    code: 'E_NO_DEAD_LETTER',
    hint: 'npm run jobs -- dead lists them with their ids.',
    permanent: true,
    exitCode: 2,
  });
}
