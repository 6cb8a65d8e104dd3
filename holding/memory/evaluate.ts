import { z } from 'zod';
import type { Memory, NewRecord } from './memory.ts';
import { kinds } from './record.ts';

/** A document of an evaluation, which is remembered. */
export const EvaluationDocument = z.object({
  id: z.string().min(1),
  kind: z.enum(kinds),
  unit: z.string().min(1),
  lang: z.enum(['nl', 'en']),
  /** ISO 8601, as 2026-11-22. */
  date: z.iso.date().or(z.iso.datetime({ offset: true })),
  importance: z.number().min(0).max(1),
  text: z.string(),
  supersedes: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  nearDuplicateOf: z.string().optional(),
  untrusted: z.boolean().default(false),
});
export type EvaluationDocument = z.infer<typeof EvaluationDocument>;

/** `cross`: the answer is in the other language. `update`: what it names as stale was superseded. `none`: nothing answers. */
export const queryTypes = ['same', 'cross', 'multi', 'update', 'none'] as const;

/** A question of an evaluation. */
export const EvaluationQuery = z.object({
  id: z.string().min(1),
  lang: z.enum(['nl', 'en']),
  type: z.enum(queryTypes),
  text: z.string(),
  /** The documents that answer it. */
  rel: z.array(z.string()),
  stale: z.array(z.string()).default([]),
});
export type EvaluationQuery = z.infer<typeof EvaluationQuery>;

/** What was measured; each from 0 to 1, null where no query asks for it. */
export interface Scores {
  readonly queries: number;
  /** The average of |best 5 ∩ rel| / min(5, |rel|), of queries that have an answer. */
  readonly recallAt5: number | null;
  /** The average of 1 / the place of the first answer, 0 past the tenth. */
  readonly mrrAt10: number | null;
  /** Where what is new or what is stale is among the ten: the part in which the new one is, and no stale one above it. */
  readonly newerAboveStale: number | null;
  /** The part of queries without an answer that are called weak, and of those with one. */
  readonly weakUnanswerable: number | null;
  readonly weakAnswerable: number | null;
}

export interface Evaluation extends Scores {
  readonly documents: number;
  /** Documents that were told to the memory as what it had already. */
  readonly merged: number;
  readonly byType: Readonly<Record<string, Scores>>;
  readonly byLanguage: Readonly<Record<string, Scores>>;
  readonly perQuery: readonly QueryResult[];
}

export interface QueryResult {
  readonly id: string;
  readonly type: EvaluationQuery['type'];
  readonly lang: EvaluationQuery['lang'];
  /** The ids of the documents found, best first, at most ten records; those that were merged into one stand together. */
  readonly found: readonly (readonly string[])[];
  readonly weak: boolean;
  readonly recallAt5: number | null;
  readonly reciprocalRank: number | null;
  readonly newerAboveStale: boolean | null;
}

const looked = 10;

export interface EvaluateOptions {
  readonly memory: Memory;
  readonly documents: readonly EvaluationDocument[];
  readonly queries: readonly EvaluationQuery[];
  readonly signal: AbortSignal;
  readonly tell: (words: string) => void;
}

/** Remembers the documents in a memory that should be empty, asks the queries, and compares. */
export async function evaluate({ memory, documents, queries, signal, tell }: EvaluateOptions): Promise<Evaluation> {
  const { held, merged } = await rememberAll(memory, documents, { signal, tell });
  const perQuery: QueryResult[] = [];
  for (const [index, query] of queries.entries()) {
    const recall = await memory.recall({ text: query.text, limit: looked, maxChars: 1_000_000 }, signal);
    const found = recall.hits.map(({ record }) => held.get(record.id) ?? []);
    perQuery.push(judge(query, found, recall.weak));
    if ((index + 1) % 50 === 0) tell(`${index + 1} of ${queries.length} queries asked`);
  }
  const by = (key: 'type' | 'lang'): Record<string, Scores> =>
    Object.fromEntries(
      [...Map.groupBy(perQuery, (result) => result[key])].map(([name, results]) => [name, scoresOf(results)]),
    );
  return {
    ...scoresOf(perQuery),
    documents: documents.length,
    merged,
    byType: by('type'),
    byLanguage: by('lang'),
    perQuery,
  };
}

/** In rounds: what supersedes another comes after it. @returns the documents that each record holds */
async function rememberAll(
  memory: Memory,
  documents: readonly EvaluationDocument[],
  { signal, tell }: Pick<EvaluateOptions, 'signal' | 'tell'>,
): Promise<{ held: ReadonlyMap<string, readonly string[]>; merged: number }> {
  const recordOf = new Map<string, string>();
  const held = new Map<string, string[]>();
  let merged = 0;
  let left = documents.toSorted((one, other) => one.date.localeCompare(other.date));
  while (left.length > 0) {
    const isReady = ({ supersedes }: EvaluationDocument): boolean => supersedes.every((id) => recordOf.has(id));
    const waiting = left.filter((document) => !isReady(document));
    const ready = waiting.length === left.length ? left : left.filter(isReady); // A circle waits for itself.
    const receipts = await memory.remember(
      ready.map((document) => newRecordOf(document, recordOf)),
      { signal, onProgress: (done, total) => tell(`${done} of ${total} documents remembered`) },
    );
    for (const [index, { id, outcome }] of receipts.entries()) {
      const document = ready[index];
      if (document === undefined) continue;
      recordOf.set(document.id, id);
      held.set(id, [...(held.get(id) ?? []), document.id]);
      if (outcome === 'double' || outcome === 'near-double') merged += 1;
    }
    left = waiting.length === left.length ? [] : waiting;
  }
  await memory.catchUp({ signal, onProgress: (done, total) => tell(`${done} of ${total} documents embedded`) });
  return { held, merged };
}

function newRecordOf(document: EvaluationDocument, recordOf: ReadonlyMap<string, string>): NewRecord {
  const { kind, unit, lang, text, date, importance, supersedes, untrusted, id } = document;
  return {
    kind,
    unit,
    lang,
    text,
    importance: 1 + Math.round(9 * importance),
    createdAt: Date.parse(date),
    supersedes: supersedes.flatMap((older) => recordOf.get(older) ?? []),
    trust: untrusted ? 'web' : 'agent',
    source: { type: 'evaluation', ref: id },
  };
}

function judge(query: EvaluationQuery, found: readonly (readonly string[])[], weak: boolean): QueryResult {
  const { id, type, lang, rel, stale } = query;
  const place = (ids: readonly string[]): number => found.findIndex((one) => one.some((name) => ids.includes(name)));
  const answered = new Set(found.slice(0, 5).flat());
  const best = Math.min(5, rel.length);
  const first = place(rel);
  const isAnswerable = rel.length > 0;
  const [newer, older] = [first, place(stale)];
  return {
    id,
    type,
    lang,
    found,
    weak,
    recallAt5: isAnswerable ? Math.min(best, rel.filter((one) => answered.has(one)).length) / best : null,
    reciprocalRank: isAnswerable ? (first === -1 ? 0 : 1 / (first + 1)) : null,
    newerAboveStale: stale.length === 0 || (newer === -1 && older === -1) ? null : isAbove(newer, older),
  };
}

function isAbove(newer: number, older: number): boolean {
  return newer !== -1 && (older === -1 || newer < older);
}

function scoresOf(results: readonly QueryResult[]): Scores {
  const isAnswerable = ({ recallAt5 }: QueryResult): boolean => recallAt5 !== null;
  return {
    queries: results.length,
    recallAt5: average(results.map((one) => one.recallAt5)),
    mrrAt10: average(results.map((one) => one.reciprocalRank)),
    newerAboveStale: average(results.map((one) => one.newerAboveStale)),
    weakUnanswerable: average(results.filter((one) => !isAnswerable(one)).map((one) => one.weak)),
    weakAnswerable: average(results.filter(isAnswerable).map((one) => one.weak)),
  };
}

function average(values: readonly (number | boolean | null)[]): number | null {
  const known = values.filter((value) => value !== null).map(Number);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
