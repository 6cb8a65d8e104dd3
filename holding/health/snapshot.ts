import { z } from 'zod';
import { languages } from '#lib/language.ts';

/** States of a check. Only `up` is green; `unknown` and `new` never are. `off`: never set up, neither green nor red. */
export const states = [
  'new',
  'up',
  'degraded',
  'late',
  'down',
  'flapping',
  'blocked',
  'unknown',
  'paused',
  'maintenance',
  'off',
] as const;
export type State = (typeof states)[number];

const Time = z.int().nonnegative().meta({ description: 'Milliseconds since the epoch' });

const CheckView = z.object({
  id: z.string(),
  name: z.string(),
  group: z.string(),
  state: z.enum(states),
  since: Time.meta({ description: 'When this state began, dated back to the first observation of it' }),
  lastSeen: Time.nullable(),
  expectedNext: Time,
  reason: z.string(),
  latencyMs: z.number().nullable(),
  /** The last looks' latencies, oldest first, at most 30. */
  latencies: z.array(z.number()),
  blockedBy: z.string().nullable(),
  days90: z.array(z.object({ state: z.enum(states), days: z.int().positive() })).meta({
    description: 'The worst state of each of the last 90 days (UTC), oldest first, as run lengths that add up to 90',
  }),
  uptime90: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'Share of the known time that was up; null: no history' }),
});

const Attention = z.object({
  what: z.string(),
  why: z.string(),
  command: z.string(),
  minutes: z.number(),
});

const Incident = z.object({
  id: z.int(),
  check: z.string().meta({ description: 'The cause' }),
  name: z.string(),
  state: z.enum(states),
  from: Time.meta({ description: 'The first failing look' }),
  detectedAt: Time.nullable().default(null).meta({ description: 'When it was decided; null: not known' }),
  to: Time.nullable(),
  reason: z.string(),
  affected: z.array(z.string()).default([]).meta({ description: 'Names of the checks that it blocked' }),
});

const Change = z.object({
  check: z.string(),
  from: z.enum(states),
  to: z.enum(states),
  at: Time.meta({ description: 'The first observation of what it became' }),
  reason: z.string(),
});

const UnitView = z.object({
  id: z.string(),
  name: z.string(),
  mandate: z.object({
    state: z.enum(['ok', 'expiring', 'expired', 'unapproved', 'invalid', 'missing']),
    reason: z.string(),
    expiresAt: Time.nullable(),
  }),
  budgets: z
    .array(z.object({ what: z.string(), used: z.number().nonnegative(), limit: z.number().positive() }))
    .meta({ description: 'What its mandate bounds, and how much of it is used' }),
  lastReportAt: Time.nullable(),
});

const LastAction = z.object({
  at: Time,
  unit: z.string().meta({ description: 'Its id' }),
  what: z
    .string()
    .meta({ description: 'In words: the report that it wrote, or the job that it ran and how that ended' }),
});

const JobView = z.object({
  name: z.string(),
  schedule: z.string(),
  lastSuccessAt: Time.nullable(),
  lastOutcome: z.string().nullable(),
  lastDurationMs: z.number().nullable(),
  nextDueAt: Time,
  deadlineAt: Time,
});

const QueueView = z.object({
  name: z.string(),
  waiting: z.int(),
  active: z.int(),
  delayed: z.int(),
  failed: z.int(),
  dead: z.int(),
  paused: z.boolean(),
  oldestWaitingMs: z.number().nullable(),
});

const ReportLine = z.object({
  unit: z.string(),
  id: z.string(),
  title: z.string(),
  language: z
    .enum(languages)
    .default('en')
    .meta({ description: 'In which it is written; English, where it says none' }),
  at: Time,
  engine: z.string(),
  claims: z.int().nonnegative().meta({ description: 'How many trends it claims' }),
  broken: z
    .boolean()
    .meta({ description: 'Its file cannot be read: title and time are guesses, the rest says nothing' }),
  example: z.boolean().meta({ description: 'Made of the documents that Omega brings along, not of the owner’s' }),
});

const MemoryView = z.object({
  counts: z
    .array(z.object({ unit: z.string(), kind: z.string(), records: z.int().nonnegative() }))
    .meta({ description: 'Of the records that are recalled' }),
  newThisWeek: z.int().nonnegative(),
  newThisMonth: z.int().nonnegative(),
  lastWriteAt: Time.nullable(),
  lastRecall: z.object({ at: Time, tookMs: z.number() }).nullable(),
  index: z
    .object({
      space: z.string(),
      next: z.string().nullable().meta({ description: 'The model that is being moved to' }),
      pending: z.int().nonnegative().meta({ description: 'Records that it does not hold yet' }),
      fault: z.string().nullable().meta({ description: 'Why it cannot be used; null: it can, or was not asked yet' }),
    })
    .meta({ description: 'The index of vectors' }),
});

const OutboxView = z.object({
  recipients: z
    .int()
    .nonnegative()
    .meta({ description: 'Keys that reports are sealed for; 0: none, so nothing leaves' }),
  plaintext: z.array(z.string()).meta({ description: 'Kinds that go out unsealed, as the owner said' }),
  sealed: z.int().nonnegative(),
  sent: z.int().nonnegative(),
  acknowledged: z.int().nonnegative(),
  overdue: z.int().nonnegative().meta({ description: 'Sent by a bot, and not acknowledged in time' }),
  dead: z.int().nonnegative().meta({ description: 'Will never be taken as they are' }),
  waiting: z.int().nonnegative().meta({ description: 'Not yet brought' }),
  heldBack: z.int().nonnegative().meta({ description: 'Would have gone out, had there been a key' }),
  verified: z.boolean().meta({ description: 'Whether one was ever acknowledged' }),
  lastSeq: z.int().nonnegative(),
  lastSealedAt: Time.nullable(),
  fault: z.string().nullable().meta({ description: 'Why nothing can be sealed or sent now' }),
});

/** `data/snapshot.json`: all that the page, the commands and the reports know about the present. */
export const Snapshot = z.object({
  version: z.literal(1),
  language: z.enum(languages).default('en').meta({ description: 'Of all its texts, and of the page' }),
  generatedAt: Time,
  staleAfter: Time.meta({ description: 'Past this, nothing here may be called current' }),
  seq: z.int().positive(),
  overall: z.object({
    state: z.enum(['up', 'degraded', 'down', 'unknown']),
    headline: z.string(),
    since: Time,
  }),
  checks: z.array(CheckView),
  incidents: z.array(Incident),
  changes: z
    .array(Change)
    .nullable()
    .default(null) // A snapshot of before it told them.
    .meta({
      description: 'What checks became in the last 24 hours, in that order, at most 200; null: could not be read',
    }),
  attention: z
    .array(Attention)
    .meta({ description: 'What waits for the owner, each with the command that settles it' }),
  /** Null: could not be asked, which is not the same as none. */
  jobs: z.array(JobView).nullable(),
  queues: z.array(QueueView).nullable(),
  reports: z
    .array(ReportLine)
    .nullable()
    .default(null) // A snapshot of before there were any.
    .meta({ description: 'The newest reports of the business units, at most 5; null: could not be read' }),
  outbox: OutboxView.nullable()
    .default(null) // A snapshot of before there was one.
    .meta({ description: 'How the sealing and sending of reports goes; null: could not be asked' }),
  units: z.array(UnitView).nullable().default(null).meta({ description: 'Null: could not be asked' }),
  lastAction: LastAction.nullable().default(null).meta({ description: 'What a unit did last; null: nothing yet' }),
  undelivered: z.int().nonnegative().default(0).meta({ description: 'Alerts that are due and did not get through' }),
  memory: MemoryView.nullable()
    .default(null) // A snapshot of before there was one.
    .meta({ description: 'What Omega remembers; null: could not be asked' }),
  host: z.object({
    name: z.string(),
    version: z.string(),
    timezone: z.string().meta({ description: 'IANA zone in which times are shown to the owner' }),
    bootedAt: Time,
    startedAt: Time,
    network: z
      .string()
      .nullable()
      .default(null)
      .meta({ description: 'The address at which whoever is on the local network can read the page; null: nobody' }),
  }),
});
export type Snapshot = z.infer<typeof Snapshot>;
export type CheckView = z.infer<typeof CheckView>;
export type Attention = z.infer<typeof Attention>;
export type ReportLine = z.infer<typeof ReportLine>;
export type OutboxView = z.infer<typeof OutboxView>;
export type MemoryView = z.infer<typeof MemoryView>;
export type Change = z.infer<typeof Change>;
export type Incident = z.infer<typeof Incident>;
export type UnitView = z.infer<typeof UnitView>;
export type LastAction = z.infer<typeof LastAction>;
