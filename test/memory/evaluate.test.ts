import { expect, test } from 'vitest';
import { evaluate, EvaluationDocument, EvaluationQuery, type Evaluation } from '#holding/memory/evaluate.ts';
import type { Hit, Memory, NewRecord, Query, Receipt } from '#holding/memory/memory.ts';
import type { MemoryRecord } from '#holding/memory/record.ts';

/** A memory that answers each question with the documents that a test says, and merges those that a test says. */
function standIn({
  answers = {},
  weak = [],
  merges = {},
}: {
  readonly answers?: Readonly<Record<string, readonly string[]>>;
  readonly weak?: readonly string[];
  /** A document's id, and that of the one which it is merged into. */
  readonly merges?: Readonly<Record<string, string>>;
}): { readonly memory: Memory; readonly batches: (readonly NewRecord[])[]; readonly asked: Query[] } {
  const batches: (readonly NewRecord[])[] = [];
  const asked: Query[] = [];
  const remember = async (records: readonly NewRecord[]): Promise<readonly Receipt[]> => {
    batches.push(records);
    return records.map(({ source }) => {
      const into = merges[source.ref ?? ''];
      const outcome = into === undefined ? 'remembered' : 'near-double';
      return { id: `record of ${into ?? source.ref}`, outcome, superseded: [], redacted: 0, reason: null };
    });
  };
  const recall = async (query: Query): ReturnType<Memory['recall']> => {
    asked.push(query);
    const hits = (answers[query.text] ?? []).map(
      (id) => ({ record: { id: `record of ${id}` } as MemoryRecord }) as Hit,
    );
    return { id: 'a', at: 0, hits, weak: weak.includes(query.text), degraded: null, tookMs: 0 };
  };
  return { memory: { remember, recall, catchUp: async () => ({}) } as unknown as Memory, batches, asked };
}

function documentsOf(...given: readonly (string | Partial<EvaluationDocument>)[]): EvaluationDocument[] {
  const usual = { kind: 'fact', unit: 'holding', lang: 'nl', date: '2026-01-01', importance: 0.5, text: 'tekst' };
  return given.map((one) => EvaluationDocument.parse({ ...usual, ...(typeof one === 'string' ? { id: one } : one) }));
}

/** Each asks by its own id. */
function queriesOf(given: Readonly<Record<string, Partial<EvaluationQuery>>>): EvaluationQuery[] {
  const usual = { lang: 'nl', type: 'same', rel: [] };
  return Object.entries(given).map(([id, one]) => EvaluationQuery.parse({ ...usual, id, text: id, ...one }));
}

async function run(
  memory: Memory,
  documents: readonly EvaluationDocument[],
  queries: readonly EvaluationQuery[],
): Promise<Evaluation> {
  return evaluate({ memory, documents, queries, signal: new AbortController().signal, tell: () => {} });
}

const letters = 'abcdefghijkl'.split('');

test('recall@5 is the part of the answers that are among the first five', async () => {
  const { memory } = standIn({ answers: { q1: letters, q2: letters } });
  const queries = queriesOf({ q1: { rel: ['a', 'f'] }, q2: { rel: ['b'] } });
  const { recallAt5, perQuery } = await run(memory, documentsOf(...letters), queries);
  expect(perQuery.map((query) => query.recallAt5)).toEqual([0.5, 1]);
  expect(recallAt5).toBe(0.75);
});

test('of more than five answers five are all that can be found', async () => {
  const { memory } = standIn({ answers: { q1: letters } });
  const queries = queriesOf({ q1: { rel: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] } });
  expect((await run(memory, documentsOf(...letters), queries)).recallAt5).toBe(1);
});

test('MRR@10 is one over the place of the first answer, and nothing where it is not among ten', async () => {
  const { memory } = standIn({ answers: { q1: letters.slice(0, 10), q2: ['b'] } });
  const queries = queriesOf({ q1: { rel: ['j', 'd'] }, q2: { rel: ['a'] } });
  const { mrrAt10, perQuery } = await run(memory, documentsOf(...letters), queries);
  expect(perQuery.map(({ reciprocalRank }) => reciprocalRank)).toEqual([0.25, 0]);
  expect(mrrAt10).toBe(0.125);
});

test('ten records are asked for, with all of their text', async () => {
  const { memory, asked } = standIn({});
  await run(memory, documentsOf('a'), queriesOf({ q1: { rel: ['a'] } }));
  expect(asked).toEqual([{ text: 'q1', limit: 10, maxChars: 1_000_000 }]);
});

test('a document that was merged into another is found where that one is', async () => {
  const { memory } = standIn({ answers: { q1: ['a'] }, merges: { b: 'a' } });
  const result = await run(memory, documentsOf('a', 'b'), queriesOf({ q1: { rel: ['b'] } }));
  expect(result).toMatchObject({ recallAt5: 1, documents: 2, merged: 1 });
  expect(result.perQuery[0]?.found).toEqual([['a', 'b']]);
});

test('a merged record among other hits takes one place, and answers for both of its documents', async () => {
  const { memory } = standIn({ answers: { q1: ['c', 'a', 'd', 'e', 'f', 'g'] }, merges: { b: 'a' } });
  const queries = queriesOf({ q1: { rel: ['a', 'b', 'g'] } });
  const { perQuery } = await run(memory, documentsOf(...letters.slice(0, 7)), queries);
  expect(perQuery[0]).toMatchObject({ recallAt5: 2 / 3, reciprocalRank: 0.5 });
});

test.for([
  { found: ['new', 'old'], is: true },
  { found: ['new'], is: true },
  { found: ['old', 'new'], is: false },
  { found: ['old'], is: false },
  { found: ['other'], is: null },
])('of $found the newer above the stale is $is', async ({ found, is }) => {
  const { memory } = standIn({ answers: { q1: found } });
  const queries = queriesOf({ q1: { type: 'update', rel: ['new'], stale: ['old'] } });
  const { perQuery, newerAboveStale } = await run(memory, documentsOf('old', 'new', 'other'), queries);
  expect(perQuery[0]?.newerAboveStale).toBe(is);
  expect(newerAboveStale).toBe(is === null ? null : Number(is));
});

test('a stale document in one record with the newer is not above it, and not below it either', async () => {
  const { memory } = standIn({ answers: { q1: ['old'] }, merges: { new: 'old' } });
  const queries = queriesOf({ q1: { type: 'update', rel: ['new'], stale: ['old'] } });
  expect((await run(memory, documentsOf('old', 'new'), queries)).newerAboveStale).toBe(0);
});

test('a question without an answer counts for how often it is called weak, and for no recall', async () => {
  const { memory } = standIn({ answers: { q1: ['a'], q2: ['a'], q3: ['a'] }, weak: ['q2', 'q3'] });
  const queries = queriesOf({ q1: { rel: ['a'] }, q2: { type: 'none' }, q3: { rel: ['a'] }, q4: { type: 'none' } });
  const result = await run(memory, documentsOf('a'), queries);
  expect(result).toMatchObject({ recallAt5: 1, mrrAt10: 1, weakUnanswerable: 0.5, weakAnswerable: 0.5 });
  expect(result.byType['none']).toMatchObject({ queries: 2, recallAt5: null, mrrAt10: null, weakAnswerable: null });
});

test('each type and each language has scores of its own', async () => {
  const { memory } = standIn({ answers: { q1: ['a'] } });
  const queries = queriesOf({ q1: { rel: ['a'] }, q2: { rel: ['a'], type: 'cross', lang: 'en' } });
  const { byType, byLanguage } = await run(memory, documentsOf('a'), queries);
  expect([byType['same']?.recallAt5, byType['cross']?.recallAt5]).toEqual([1, 0]);
  expect([byLanguage['nl']?.recallAt5, byLanguage['en']?.recallAt5]).toEqual([1, 0]);
});

test('what supersedes another is remembered after it, and names its record', async () => {
  const { memory, batches } = standIn({});
  const documents = documentsOf({ id: 'c', supersedes: ['b'] }, { id: 'b', supersedes: ['a'] }, 'a');
  await run(memory, documents, queriesOf({ q1: {} }));
  const told = batches.flat().map(({ source, supersedes }) => [source.ref, supersedes]);
  expect(told).toEqual([
    ['a', []],
    ['b', ['record of a']],
    ['c', ['record of b']],
  ]);
});

test('a circle of documents that supersede each other is remembered all the same, each once', async () => {
  const { memory, batches } = standIn({});
  const documents = documentsOf({ id: 'a', supersedes: ['b'] }, { id: 'b', supersedes: ['a'] }, 'c');
  const { documents: count } = await run(memory, documents, queriesOf({ q1: {} }));
  expect(count).toBe(3);
  const told = batches.flat().map(({ source }) => source.ref);
  expect(told).toHaveLength(3);
  expect(new Set(told)).toEqual(new Set(['a', 'b', 'c']));
});

test('the oldest come first, importance goes from 1 to 10, and what is untrusted is from the web', async () => {
  const { memory, batches } = standIn({});
  const documents = documentsOf(
    { id: 'late', date: '2026-03-01', importance: 1 },
    { id: 'early', date: '2025-03-01', importance: 0, untrusted: true },
  );
  await run(memory, documents, queriesOf({ q1: {} }));
  expect(batches.flat()).toMatchObject([
    { source: { ref: 'early' }, importance: 1, trust: 'web', createdAt: Date.UTC(2025, 2, 1) },
    { source: { ref: 'late' }, importance: 10, trust: 'agent', createdAt: Date.UTC(2026, 2, 1) },
  ]);
});
