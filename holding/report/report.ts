import { z } from 'zod';

/** A report's name: also its files', so that it can lead nowhere else. */
export const ReportId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/);

/** What ends the name of an example report. */
export const exampleEnding = '-example';

/** Where a claim can be looked up again. */
export const Evidence = z.object({
  /** Names the call in the audit of tool calls; null: a feed, which Omega fetched itself. */
  callId: z.string().nullable(),
  /** A path within the unit's folder, or an address. External text. */
  url: z.string(),
  /** Of the text that was read, hex. */
  sha256: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** Sources that name something, of how many there were. */
const Counts = z.object({
  /** Of the period. */
  sources: z.number(),
  of: z.number(),
  /** Of the weeks before, a source counted once a week. */
  earlier: z.number(),
  earlierOf: z.number(),
});
export type Counts = z.infer<typeof Counts>;

/** How much more than before, as a smoothed log-odds ratio with its standard error; above 0 is more. */
const Change = z.object({ logOdds: z.number(), standardError: z.number() });

export const Claim = z.object({
  text: z.string(),
  term: z.string(),
  evidence: z.array(Evidence),
  /** Registrable domains that name it. */
  domains: z.array(z.string()),
  /** How many of the unit's own documents name it. */
  files: z.number(),
  counts: Counts,
  change: Change,
  /** External text: cleaned, at most 200 characters each, and escaped where it is rendered. */
  quotes: z.array(z.object({ text: z.string(), source: z.string() })),
});
export type Claim = z.infer<typeof Claim>;

/** What a run found out, each claim with its evidence, and what it could not look at. */
export const Report = z.object({
  id: ReportId,
  kind: z.literal('trend'),
  unit: z.string(),
  title: z.string(),
  engine: z.enum(['rules', 'llm']),
  example: z.boolean(),
  /** Milliseconds since the epoch. */
  generatedAt: z.number(),
  /** Days, both included, and how many weeks before it there was something to compare with. */
  period: z.object({ from: z.string(), until: z.string(), weeksBefore: z.number() }),
  claims: z.array(Claim),
  /** With fewer sources than this nothing new is called a trend; null: there is nothing, or too little, to compare. */
  detectionLimit: z.number().nullable(),
  /** So many terms would pass for a trend by chance alone. */
  byChance: z.number(),
  belowLimit: z.array(z.object({ term: z.string(), counts: Counts })),
  /** The unit's own topics, whatever became of them: sources of the period, and of the weeks before. */
  topics: z.array(z.object({ topic: z.string(), sources: z.number(), earlier: z.number() })),
  /** What most sources name, risen or not. */
  mostNamed: z.array(z.object({ term: z.string(), sources: z.number() })),
  sources: z.object({ documents: z.number(), domains: z.number(), termsCompared: z.number() }),
  /** What could not be looked at, and what to do about it. */
  gaps: z.array(z.string()),
});
export type Report = z.infer<typeof Report>;
