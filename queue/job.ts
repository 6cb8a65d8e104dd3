import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { OmegaError } from '../lib/errors.ts';

/** The queues, by class of work. */
export const queueNames = ['system', 'swarm', 'report', 'canary', 'maintenance'] as const;

/** Where a job waits for its turn. */
export type QueueName = (typeof queueNames)[number];

/** How many jobs of a queue a worker runs at a time. */
export const queueConcurrency: Readonly<Record<QueueName, number>> = {
  system: 4,
  swarm: 1,
  report: 1,
  canary: 1,
  maintenance: 1,
};

/** Why a run happens: on its tick, for a tick that was missed, by hand, or because something else happened. */
export type Reason = 'tick' | 'catch-up' | 'manual' | 'event';

/** When a job is due, and what becomes of ticks that nobody could run in time. */
export interface Schedule {
  /** A node-cron pattern of five fields, or six with seconds. Day of month and weekday together mean both. */
  readonly cron: string;
  /** `UTC` (the default, right for every interval) or `local`: the zone of `OMEGA_TIMEZONE`. */
  readonly timezone?: 'UTC' | 'local';
  /** Missed ticks: only the `latest` runs (default), none older than `staleAfterMs` (`skip`), or `all` of them. */
  readonly catchUp?: 'latest' | 'skip' | 'all';
  /** How far back missed ticks are looked for; 24 hours unless said. */
  readonly windowMs?: number;
  /** At most so many missed ticks are run, the newest ones; 100 unless said. */
  readonly maxCatchUp?: number;
  /**
   * What a local time means in the two nights when the clock is changed: `once` runs it once (at the first of two
   * such times, or at the end of the gap), `literal` as often as that time is shown. A pattern that can meet such a
   * night is refused unless this is set.
   */
  readonly daylightSaving?: 'once' | 'literal';
}

/** How a run is bounded, retried and kept from meeting itself. Times in milliseconds. */
export interface Policy {
  readonly queue: QueueName;
  /** Its signal is aborted after this long, and the attempt failed. */
  readonly timeoutMs: number;
  /** How often it is tried in all; 1 unless said. */
  readonly attempts?: number;
  /** The first wait between tries, doubling, with jitter; 1,000 unless said. */
  readonly backoffMs?: number;
  /** A tick older than this is not run any more but recorded as stale; never unless said. */
  readonly staleAfterMs?: number;
  /**
   * When a run comes while another one of the same job is going on: `skip` it (default), `coalesce` (only the newest
   * of the waiting ones runs, afterwards), or `allow` both.
   */
  readonly overlap?: 'skip' | 'coalesce' | 'allow';
  /** So many starts that ended with the death of the worker make it a dead letter; 3 unless said. */
  readonly maxStarts?: number;
  /** Runs inside the worker when Redis does not answer at its tick, so that the page can say so. */
  readonly withoutRedis?: boolean;
}

/** Asks for another job. The same `id` is added once only, as long as the finished one is kept. */
export type Enqueue = (
  name: string,
  input: unknown,
  options?: { readonly id?: string; readonly delayMs?: number; readonly reason?: Reason },
) => Promise<string>;

/** What a run is handed, besides its input. */
export interface JobContext<Omega> {
  /** Aborted by the time-out, by a shutdown, and when the job's lock is lost. Every wait must heed it. */
  readonly signal: AbortSignal;
  /** A line for whoever watches this run; kept with it and streamed to `npm run job:<name>`. */
  readonly log: (line: string) => void;
  /** How far it is, from 0 to 1. */
  readonly progress: (share: number) => void;
  readonly enqueue: Enqueue;
  readonly clock: Clock;
  /** The tick that it stands for, or the time at which it was asked for; milliseconds since the epoch. */
  readonly scheduledAt: number;
  readonly reason: Reason;
  readonly omega: Omega;
}

/** A job as it is declared: one file in `jobs/`. Running it twice must change nothing that running it once does not. */
export interface JobDefinition<Omega, Input extends z.ZodType = z.ZodType> {
  /** Also the file's name and the npm script's: `npm run job:<name>`. */
  readonly name: string;
  readonly summary: string;
  /** Null: only by hand or by another job. */
  readonly schedule: Schedule | null;
  readonly input: Input;
  readonly policy: Policy;
  /** Its result, a short text or facts, is kept with the run. */
  readonly run: (input: z.infer<Input>, context: JobContext<Omega>) => Promise<unknown>;
}

/** A job as queues and schedulers handle it: its input comes from outside and is parsed before it runs. */
export type AnyJob<Omega> = Omit<JobDefinition<Omega>, 'run'> & {
  /** @throws OmegaError `E_INPUT` where the input is wrong. */
  readonly run: (input: unknown, context: JobContext<Omega>) => Promise<unknown>;
};

/** Makes the `defineJob` of an application whose jobs use `Omega`. */
export function defineJobFor<Omega>(): <Input extends z.ZodType>(job: JobDefinition<Omega, Input>) => AnyJob<Omega> {
  return (job) => ({ ...job, run: (input, context) => job.run(parseInput(job, input), context) });
}

/** @throws OmegaError `E_INPUT`, exit code 2, with every fault of the input. */
export function parseInput<Input extends z.ZodType>(
  job: { readonly name: string; readonly input: Input },
  input: unknown,
): z.infer<Input> {
  const parsed = job.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new OmegaError(`The input of ${job.name} is wrong:\n${z.prettifyError(parsed.error)}`, {
    code: 'E_INPUT',
    hint: `npm run job:${job.name} -- --help shows what it takes.`,
    permanent: true,
    exitCode: 2,
  });
}
