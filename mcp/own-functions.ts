import { z } from 'zod';

/** ISO 8601, UTC; said once, in the server's instructions. */
const Time = z.string();

/** What may be said of now by what was seen then. */
const Seen = z.object({
  current: z.boolean().meta({ description: 'False: nothing here may be called current' }),
  at: Time.nullable().meta({ description: 'When Omega last looked; null: never' }),
  ageSeconds: z.number().nullable(),
  note: z.string(),
});
export type Seen = z.infer<typeof Seen>;

const Overall = z.enum(['up', 'degraded', 'down', 'unknown']);

/** How it stands. */
export const OwnStatus = z.object({
  running: z.boolean(),
  state: Overall.meta({ description: 'unknown wherever the last look is not current' }),
  headline: z.string(),
  seen: Seen,
  lastKnown: z.object({ state: Overall, headline: z.string(), since: Time }).nullable(),
  services: z.array(z.object({ name: z.string(), state: z.string(), since: Time, restarts: z.number() })),
  checks: z.object({ total: z.number(), up: z.number() }),
  notUp: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      state: z.string(),
      since: Time,
      reason: z.string(),
      blockedBy: z.string().nullable(),
    }),
  ),
  attention: z
    .array(z.object({ what: z.string(), why: z.string(), command: z.string(), minutes: z.number() }))
    .meta({ description: 'What waits for the owner, each with the command that settles it' }),
});
export type OwnStatus = z.infer<typeof OwnStatus>;

/** What was down: open ones first, then the newest. */
export const OwnIncidents = z.object({
  seen: Seen,
  incidents: z.array(
    z.object({
      id: z.number(),
      check: z.string(),
      name: z.string(),
      state: z.string(),
      from: Time,
      to: Time.nullable().meta({ description: 'Null: still open' }),
      reason: z.string(),
    }),
  ),
});
export type OwnIncidents = z.infer<typeof OwnIncidents>;

/** One attempt to run a job, as its record tells. */
const OwnRecord = z.object({
  run: z.string(),
  job: z.string(),
  why: z.string(),
  startedAt: Time,
  ms: z.number().nullable(),
  outcome: z.string().meta({ description: 'running, done, failed, dead, interrupted, skipped, stale or missed' }),
  detail: z.string().nullable().meta({ description: 'Its result or its error' }),
});
export type OwnRecord = z.infer<typeof OwnRecord>;

/** What is due, what waits, and what ran. */
export const OwnJobs = z.object({
  seen: Seen,
  jobs: z
    .array(
      z.object({
        name: z.string(),
        schedule: z.string(),
        lastSuccessAt: Time.nullable(),
        lastOutcome: z.string().nullable(),
        nextDueAt: Time,
        overdue: z.boolean(),
      }),
    )
    .nullable()
    .meta({ description: 'Null: could not be asked' }),
  queues: z
    .array(
      z.object({
        name: z.string(),
        waiting: z.number(),
        active: z.number(),
        delayed: z.number(),
        dead: z.number(),
        paused: z.boolean(),
      }),
    )
    .nullable()
    .meta({ description: 'Null: could not be asked' }),
  history: z.array(OwnRecord).meta({ description: 'The newest first' }),
});
export type OwnJobs = z.infer<typeof OwnJobs>;

/** A run that was asked for, and how it ended where that is known. */
export const OwnRun = z.object({
  job: z.string(),
  run: z.string(),
  outcome: z.string().meta({ description: 'queued, running, or how it ended: done, dead, skipped, stale' }),
  ms: z.number().nullable(),
  detail: z.string().nullable(),
  next: z.string().meta({ description: 'How to see its result' }),
});
export type OwnRun = z.infer<typeof OwnRun>;

/** A report as a list shows it. */
export const OwnReport = z.object({
  unit: z.string(),
  id: z.string(),
  title: z.string(),
  at: Time,
  engine: z.string(),
  claims: z.number(),
  example: z.boolean().meta({ description: 'True: made from shipped example documents' }),
  fault: z.string().nullable().meta({ description: 'Why it cannot be read; null: it can' }),
});
export type OwnReport = z.infer<typeof OwnReport>;

/** What is remembered of something, the closest first. */
export const OwnMemory = z.object({
  found: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      unit: z.string(),
      text: z.string(),
      at: Time,
      trust: z.string().meta({ description: 'Whose word it is: owner, agent, tool or web' }),
      score: z.number().meta({ description: 'How well it answers, from 0 to 1' }),
    }),
  ),
  weak: z.boolean().meta({ description: 'Nothing answers well: say that it is not known' }),
  note: z.string().nullable().meta({ description: 'What the search had to do without' }),
});
export type OwnMemory = z.infer<typeof OwnMemory>;

/** What Omega's own server can tell and do; `scripts/own-mcp.ts` joins it with the organs. */
export interface OwnFunctions {
  readonly status: (signal: AbortSignal) => Promise<OwnStatus>;
  readonly incidents: (limit: number, signal: AbortSignal) => Promise<OwnIncidents>;
  readonly jobs: (
    query: { readonly job?: string | undefined; readonly history: number },
    signal: AbortSignal,
  ) => Promise<OwnJobs>;
  /** Jobs that a client may ask for; every other one is refused. */
  readonly runnable: readonly [string, ...string[]];
  readonly runJob: (request: { readonly job: string; readonly wait: boolean }, signal: AbortSignal) => Promise<OwnRun>;
  /** The newest first. */
  readonly listReports: (limit: number) => Promise<readonly OwnReport[]>;
  /** Its Markdown. @throws OmegaError where there is none. */
  readonly readReport: (unit: string, id: string) => Promise<string>;
  /** The whole snapshot, as JSON can tell it; null: none yet. */
  readonly snapshot: (signal: AbortSignal) => Promise<{ readonly seen: Seen; readonly snapshot: unknown }>;
  /** Never what is in quarantine. Not there where Omega has no memory. */
  readonly memorySearch?: (
    query: { readonly query: string; readonly limit: number; readonly unit?: string | undefined },
    signal: AbortSignal,
  ) => Promise<OwnMemory>;
}
