import { z } from 'zod';
import { cleanText } from '../../swarm/guard.ts';
import { kinds, languages, Source, trusts } from '../record.ts';

/** Longest text, in characters. */
export const mostCharacters = 20_000;

const dayMs = 24 * 60 * 60 * 1000;
const mostKeywords = 64;
const longestKeyword = 100;
const mostSuperseded = 100;
const longestNamed = 64;
const usualImportance = 5;

/** Control characters beside tab and newline, halves of characters, and what turns the direction of a line. */
const unprintable = /[^\P{Cc}\t\n]|\p{Cs}|[\u202A-\u202E\u2066-\u2069]/u;

const Instant = z.int('must be a whole number of milliseconds since the epoch').min(-8.64e15).max(8.64e15);
const Keywords = z
  .array(
    z
      .string()
      .max(longestKeyword, `holds a word of more than ${longestKeyword} characters`)
      .refine((word) => !unprintable.test(word), { error: 'holds control characters' }),
  )
  .max(mostKeywords, `has more than ${mostKeywords} words`)
  .transform((words) => [...new Set(words.map((word) => word.trim()).filter((word) => word !== ''))])
  .default([]);

/** What a record may say beside its text and unit. */
const Form = z.object({
  kind: z.enum(kinds, { error: `must be one of ${kinds.join(', ')}` }),
  lang: z.enum(languages, { error: `must be one of ${languages.join(', ')}` }).optional(),
  keywords: z.object({ nl: Keywords, en: Keywords }).default({ nl: [], en: [] }),
  importance: z
    .number('must be a number from 1 to 10')
    .min(1, 'must be a number from 1 to 10')
    .max(10, 'must be a number from 1 to 10')
    .default(usualImportance),
  createdAt: Instant.optional(),
  validFrom: Instant.optional(),
  validTo: Instant.nullable().default(null),
  supersedes: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, 'must hold ids of 64 hexadecimal digits'))
    .max(mostSuperseded, `holds more than ${mostSuperseded} ids`)
    .transform((ids) => [...new Set(ids)])
    .default([]),
  source: Source,
  trust: z.enum(trusts, { error: `must be one of ${trusts.join(', ')}` }),
});

type Form = z.infer<typeof Form>;

/** What a record has to fit. */
export interface Bounds {
  /** All that it may be of. */
  readonly units: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is to be remembered, once it is known to be sound; what was left out and depends on the rest still is. */
export interface Sound extends Form {
  readonly unit: string;
  readonly text: string;
}

/** All faults of what is to be remembered, in words that go on after its name; or what it holds. */
export function soundness(
  given: unknown,
  { units, now }: Bounds,
): { readonly sound: Sound } | { readonly faults: readonly string[] } {
  if (typeof given !== 'object' || given === null) return { faults: ['is no record'] };
  const { text, unit } = { text: undefined, unit: undefined, ...given };
  const faults = [...textFaults(text), ...unitFaults(unit, units)];
  const parsed = Form.safeParse(given);
  if (parsed.success) faults.push(...timeFaults(parsed.data, now), ...sourceFaults(parsed.data));
  else faults.push(...parsed.error.issues.map(describeIssue));
  if (!parsed.success || typeof text !== 'string' || typeof unit !== 'string' || faults.length > 0) return { faults };
  return { sound: { ...parsed.data, unit, text: withNewlines(text) } };
}

function textFaults(text: unknown): string[] {
  if (typeof text !== 'string') return ['has no text'];
  if (text.length > mostCharacters)
    return [
      `has ${text.length} characters, and ${mostCharacters} are the most: remember its points one by one, each as a record, and name the document as their source`,
    ];
  if (cleanText(text) === '') return ['is empty: its text has nothing to read'];
  return controlFaults(withNewlines(text));
}

/** By its number, as a person can look it up. */
function controlFaults(text: string): string[] {
  const found = unprintable.exec(text)?.[0].codePointAt(0);
  if (found === undefined) return [];
  return [
    `has control characters in its text, such as U+${found.toString(16).toUpperCase().padStart(4, '0')}: take them out`,
  ];
}

/** A unit is told whole or not at all: in a part of it nobody would know a secret. */
function unitFaults(unit: unknown, units: readonly string[]): string[] {
  if (typeof unit === 'string' && units.includes(unit)) return [];
  const named = typeof unit === 'string' && unit.length <= longestNamed ? `, “${cleanText(unit)}”` : '';
  return [`is of a unit that is not known${named}; there are ${units.join(', ')}`];
}

function timeFaults({ createdAt, validFrom, validTo }: Form, now: number): string[] {
  const faults: string[] = [];
  if (createdAt !== undefined && createdAt > now + dayMs)
    faults.push(`says that it was made on ${day(createdAt)}, which is yet to come`);
  const from = validFrom ?? createdAt ?? now;
  if (validTo !== null && validTo < from)
    faults.push(`holds until ${day(validTo)}, which is before it begins to hold, ${day(from)}`);
  return faults;
}

/** A line of its own could pass for a text of ours where the source is shown. */
function sourceFaults({ source: { ref, runId, model } }: Form): string[] {
  const isPlain = [ref, runId, model].every((part) => part === null || !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(part));
  return isPlain ? [] : ['has control characters in its source'];
}

/** The ends of lines as other systems write them are newlines too. */
function withNewlines(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  const [field = '', ...rest] = path.map(String);
  return `has a fault in ${[field, ...rest.filter((part) => !/^\d+$/.test(part))].join('.')}: ${message}`;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
