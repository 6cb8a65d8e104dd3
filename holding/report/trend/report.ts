import { z } from 'zod';
import { languages } from '#lib/language.ts';

/** A report's name: also its files', so that it can lead nowhere else. */
export const ReportId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/);

/** What ends the name of an example report. */
export const exampleEnding = '-example';

/** Longest gap, in characters. */
export const mostInGap = 1000;

/** A count as lists, the page and the terminal show it. */
const Count = z.int().min(0);
const Day = z.iso.date();
/** A term or an address; longer ones were not written by Omega. */
const Line = z.string().max(5000);

/** Where a claim can be looked up again. */
export const Evidence = z.object({
  /** Names the call in the audit of tool calls; null: a feed, which Omega fetched itself. */
  callId: z.string().nullable(),
  /** A path within the unit's folder, or an address. External text. */
  url: Line,
  /** Of the text that was read, hex. */
  sha256: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** Sources that name something, of how many there were: documents or domains. */
const Counts = z.object({
  /** Of the period. */
  sources: Count,
  of: Count,
  /** Of the weeks before, a source counted once a week. */
  earlier: Count,
  earlierOf: Count,
});
export type Counts = z.infer<typeof Counts>;

/** How much more than before, as a smoothed log-odds ratio with its standard error; above 0 is more. */
const Change = z.object({ logOdds: z.number(), standardError: z.number() });

/** What earlier reports told of the same, as the memory has it. */
export const Earlier = z.object({
  first: Day,
  last: Day,
  /** Then, of so many. */
  sources: Count,
  of: Count,
});
export type Earlier = z.infer<typeof Earlier>;

export const Claim = z.object({
  /** What is claimed, in the report's language. */
  text: Line,
  term: Line,
  evidence: z.array(Evidence).max(100),
  /** Registrable domains that name it. */
  domains: z.array(Line),
  /** How many of the unit's own documents name it. */
  files: Count,
  counts: Counts,
  /** So many weeks before were compared with; null: an older report, which says it in its text alone. */
  weeks: Count.nullable().default(null),
  change: Change,
  /** External text: cleaned, at most 200 characters each, and escaped where it is rendered. */
  quotes: z.array(z.object({ text: Line, source: Line })).max(100),
  /** Null: it was not told before, or nobody could be asked. */
  earlier: Earlier.nullable().default(null),
});
export type Claim = z.infer<typeof Claim>;

/** What a run found out, each claim with its evidence, and what it could not look at. */
export const Report = z.object({
  id: ReportId,
  kind: z.literal('trend'),
  unit: ReportId,
  /** In which it is written; before there were two it was English. */
  language: z.enum(languages).default('en'),
  title: z.string().max(200),
  engine: z.enum(['rules', 'llm']),
  example: z.boolean(),
  /** Milliseconds since the epoch. */
  generatedAt: z.int().min(0).max(8.64e15),
  /** Days, both included, and how many weeks before it there was something to compare with. */
  period: z.object({ from: Day, until: Day, weeksBefore: Count }),
  claims: z.array(Claim).max(1000),
  /**
   * With fewer sources than this nothing new is called a trend: the lower one, where documents and domains have two.
   * Null: there is nothing, or too little, to compare.
   */
  detectionLimit: Count.nullable(),
  /** So many terms would pass for a trend by chance alone. */
  byChance: z.number(),
  belowLimit: z.array(z.object({ term: Line, counts: Counts })).max(1000),
  /** The unit's own topics: sources of the period, and of a week before on average. */
  topics: z.array(z.object({ topic: Line, sources: Count, earlier: z.number().min(0) })).max(1000),
  /** What most sources name, risen or not. */
  mostNamed: z.array(z.object({ term: Line, sources: Count })).max(1000),
  sources: z.object({ documents: Count, domains: Count, termsCompared: Count }),
  /** What could not be looked at, and what to do about it. */
  gaps: z.array(z.string().max(mostInGap)).max(1000),
});
export type Report = z.infer<typeof Report>;
