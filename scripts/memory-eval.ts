import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  evaluate,
  EvaluationDocument,
  EvaluationQuery,
  queryTypes,
  type Evaluation,
  type Scores,
} from '#holding/memory/evaluate.ts';
import { messageOf, usageError } from '#lib/errors.ts';
import { paint, printJson } from './command.ts';
import { openScratchMemory } from './memory-scratch.ts';
import { printTable } from './table.ts';

export interface EvaluationFiles {
  readonly documents: readonly EvaluationDocument[];
  readonly queries: readonly EvaluationQuery[];
}

/** Measures how well a memory recalls that knows these documents only. Nothing live is read or written. */
export async function evaluateMemory(options: {
  readonly documents: string;
  readonly queries: string;
  readonly json: boolean;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { json, signal } = options;
  const files = await readEvaluation(options.documents, options.queries);
  await using scratch = await openScratchMemory({ documents: files.documents, tell, signal });
  const result = await evaluate({ ...files, memory: scratch.memory, signal, tell });
  if (json) return printJson({ ...result, model: scratch.model, index: scratch.index });
  show(result, scratch);
}

function tell(words: string): void {
  process.stderr.write(`  ${words}\n`);
}

/** @throws OmegaError, exit code 2, naming every fault of both files at once. */
export async function readEvaluation(documentsPath: string, queriesPath: string): Promise<EvaluationFiles> {
  const faults: string[] = [];
  const documents = await readArray(documentsPath, EvaluationDocument, faults);
  const queries = await readArray(queriesPath, EvaluationQuery, faults);
  const known = new Set(documents.map(({ id }) => id));
  const unknown = (ids: readonly string[]): string[] => ids.filter((id) => !known.has(id));
  if (faults.length === 0) {
    faults.push(...doubles(documents, documentsPath), ...doubles(queries, queriesPath));
    for (const { id, supersedes } of documents)
      for (const older of unknown(supersedes))
        faults.push(`${documentsPath}: ${id} supersedes ${older}, which is none`);
    for (const { id, rel, stale } of queries)
      for (const one of unknown([...rel, ...stale])) faults.push(`${queriesPath}: ${id} names ${one}, which is none`);
  }
  if (faults.length === 0) return { documents, queries };
  const shown = faults.slice(0, 20).map((fault) => `\n  ${fault}`);
  const rest = faults.length > shown.length ? `\n  and ${faults.length - shown.length} more` : '';
  throw usageError(
    `These files cannot be evaluated:${shown.join('')}${rest}`,
    'docs/memory.md shows the form of both; test/memory/evaluation has a set to look at.',
  );
}

async function readArray<Item>(path: string, schema: z.ZodType<Item>, faults: string[]): Promise<readonly Item[]> {
  try {
    const parsed = z
      .array(schema)
      .min(1, 'has nothing in it')
      .safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.data;
    faults.push(...parsed.error.issues.map(({ path: at, message }) => `${path}: ${at.join('.')} ${message}`));
  } catch (error) {
    faults.push(`${path}: ${messageOf(error)}`);
  }
  return [];
}

function doubles(items: readonly { readonly id: string }[], path: string): string[] {
  const seen = new Set<string>();
  return items.flatMap(({ id }) => (seen.size === seen.add(id).size ? [`${path}: ${id} stands there twice`] : []));
}

function show(result: Evaluation, { model, index }: { readonly model: string; readonly index: string }): void {
  const { documents, merged, byType, byLanguage } = result;
  const types = queryTypes.flatMap((type) => (byType[type] === undefined ? [] : [row(type, byType[type])]));
  const languages = Object.entries(byLanguage).map(([language, scores]) => row(language, scores));
  printTable(
    ['queries', 'number', 'recall@5', 'MRR@10', 'newer above stale', 'called weak'],
    [row(paint('bold', 'all'), result), ...types, ...languages],
  );
  process.stdout.write(
    `${documents} documents, ${merged} of them told twice. Vectors by ${model} in ${index}.\n` +
      `Without an answer: ${percent(result.weakUnanswerable)} called weak; with one: ${percent(result.weakAnswerable)}.\n`,
  );
}

function row(name: string, scores: Scores): string[] {
  const { queries, recallAt5, mrrAt10, newerAboveStale, weakUnanswerable, weakAnswerable } = scores;
  const weak = [weakUnanswerable, weakAnswerable].filter((value) => value !== null).map(percent);
  return [name, `${queries}`, figure(recallAt5), figure(mrrAt10), percent(newerAboveStale), weak.join(' / ')];
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function percent(value: number | null): string {
  return value === null ? '–' : `${Math.round(value * 100)} %`;
}
