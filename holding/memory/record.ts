import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What a record is: news of the outside, a lesson, a mishap, a choice, what a unit may do, or something that is so. */
export const kinds = ['trend', 'reflection', 'incident', 'decision', 'mandate', 'fact'] as const;
export type Kind = (typeof kinds)[number];

/** Whose word it is, the most trusted first. */
export const trusts = ['owner', 'agent', 'tool', 'web'] as const;
export type Trust = (typeof trusts)[number];

/** `und`: the text does not tell (ISO 639-2). */
export const languages = ['nl', 'en', 'und'] as const;
export type Language = (typeof languages)[number];

/**
 * `active`: recalled. `quarantined`: kept, and recalled only where it is asked for. `superseded`: a newer record took
 * its place. `aged`: too old and too unimportant to be recalled. What was forgotten has no record any more.
 */
export const statuses = ['active', 'quarantined', 'superseded', 'aged'] as const;
export type Status = (typeof statuses)[number];

/** Where a record comes from. */
export const Source = z.object({
  /** `document`, `feed`, `search`, `report`, `run`, `owner`, …: a word in kebab-case. */
  type: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a word in kebab-case, of 32 characters at most'),
  /** A path or an address. */
  ref: z.string().max(2000).nullable().default(null),
  runId: z.string().max(200).nullable().default(null),
  /** The model that wrote the text; null: none did. */
  model: z.string().max(200).nullable().default(null),
  /** Of the document that it was taken from. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
    .nullable()
    .default(null),
});
export type Source = z.infer<typeof Source>;

/** A record as it stands now. Times are milliseconds since the epoch, UTC. */
export interface MemoryRecord {
  /** {@link recordId}: the same text in the same unit is the same record. */
  readonly id: string;
  readonly kind: Kind;
  readonly unit: string;
  readonly lang: Language;
  readonly text: string;
  /** Words of the other language, by which it is found as well. */
  readonly keywords: { readonly nl: readonly string[]; readonly en: readonly string[] };
  /** From 1 to 10. */
  readonly importance: number;
  readonly createdAt: number;
  readonly validFrom: number;
  /** Null: until something says otherwise. */
  readonly validTo: number | null;
  /** The records whose place it took. */
  readonly supersedes: readonly string[];
  readonly supersededBy: string | null;
  readonly source: Source;
  readonly trust: Trust;
  readonly status: Status;
  /** Why it is in quarantine, in words; null: it is not. */
  readonly suspicion: string | null;
  /** How often it was told: once, and again for each double and each near double. */
  readonly told: number;
  /** Its number in the journal. */
  readonly seq: number;
}

/**
 * A SHA-256 in hexadecimal digits, over what makes two texts the same: neither case nor spaces do, nor punctuation at
 * the edges of words. A question mark does, and so do other signs: -5 is not 5.
 */
export function recordId({ kind, unit, text }: { kind: Kind; unit: string; text: string }): string {
  return createHash('sha256')
    .update(`${kind}|${unit}|${normalise(text)}`)
    .digest('hex');
}

function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().split(/\s+/).map(withoutEdges).join(' ');
}

const opening = /^["'“”„‘’([]+/;
/** The look behind keeps it from being tried again at each sign of a long row. */
const closing = /(?<![.,;:!…"'“”‘’)\]])[.,;:!…"'“”‘’)\]]+$/;

/** What is punctuation alone stays. */
function withoutEdges(word: string): string {
  return /[\p{L}\p{N}]/u.test(word) ? word.replace(opening, '').replace(closing, '') : word;
}
