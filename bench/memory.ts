import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { evaluate, type Evaluation } from '#holding/memory/evaluate.ts';
import { root } from '#lib/paths.ts';
import { readEvaluation } from '../scripts/memory-eval.ts';
import { openScratchMemory } from '../scripts/memory-scratch.ts';
import { madeUpTexts } from '../test/support/made-up.ts';
import { fact } from '../test/support/memory.ts';
import { openScaleMemory, residentMiB, type ScaleMemory } from '../test/support/memory-scale.ts';
import { stormMemory } from '../test/support/memory-storm.ts';
import { recallByWords } from '../test/support/memory-words.ts';
import { defineBench, quantile, round, type BenchOptions } from './bench.ts';

const records = 10_000;
/** So short, for the model takes its time by the word; how fast 10,000 are searched does not hang on it. */
const wordsEach = 7;
const queries = 200;
/** As many as a recall asks the index for. */
const limit = 80;
const tellEveryMs = 30_000;
const rebuildLimitMs = 120_000;
/** A recall in this process takes its time from the mending. */
const askEveryMs = 250;

/** How well the memory recalls, how fast among many records, and what it loses when it and its Chroma are killed. */
export default defineBench({
  name: 'memory',
  summary: `recall of two sets of documents, speed at ${records} records, and records lost while Chroma and a writer are killed`,
  against: 'plain BM25 over whole words (SQLite’s FTS5) on the same documents and queries, in the same run',
  seconds: 20,
  run: async (options) => {
    const recall = await recallQuality(options);
    const scale = await atScale(options);
    const storm = await underKills(options);
    return { ...recall, ...scale, ...storm };
  },
});

/** The held-out set was written apart and is there to check by; once it chose between two forms that the other found equal. */
async function recallQuality(options: BenchOptions): Promise<Record<string, number>> {
  const development = await evaluateSet('development', options);
  const heldOut = await evaluateSet('held-out', options);
  return {
    recallAt5: figure(development.recallAt5),
    recallAt5Words: round(development.byWords, 3),
    recallAt5HeldOut: figure(heldOut.recallAt5),
    recallAt5WordsHeldOut: round(heldOut.byWords, 3),
    crossAt5: figure(development.byType['cross']?.recallAt5),
    crossAt5HeldOut: figure(heldOut.byType['cross']?.recallAt5),
    newerAboveStale: figure(development.newerAboveStale),
    newerAboveStaleHeldOut: figure(heldOut.newerAboveStale),
    weakUnanswerable: figure(development.weakUnanswerable),
    weakAnswerable: figure(development.weakAnswerable),
  };
}

async function evaluateSet(
  name: 'development' | 'held-out',
  { tell, signal }: BenchOptions,
): Promise<Evaluation & { readonly byWords: number }> {
  const path = (what: string): string => join(root, 'test', 'memory', 'evaluation', `${name}.${what}.json`);
  const files = await readEvaluation(path('documents'), path('queries'));
  const byWords = recallByWords(files.documents, files.queries);
  await using scratch = await openScratchMemory({ documents: files.documents, tell, signal });
  const result = await evaluate({ ...files, memory: scratch.memory, signal, tell });
  tell(`${name}: recall@5 ${figure(result.recallAt5)} by ${scratch.model}, ${round(byWords, 3)} by plain BM25`);
  return { ...result, byWords };
}

/** A figure that no query asks for is none. */
function figure(value: number | null | undefined): number {
  return round(value ?? Number.NaN, 3);
}

async function atScale(options: BenchOptions): Promise<Record<string, number>> {
  await using scale = await openScaleMemory();
  const makeUp = madeUpTexts();
  const filling = await fillUp(scale, makeUp, options);
  const texts = Array.from({ length: queries }, () => makeUp(wordsEach).text);
  const query = await nearestTimes(scale, texts, options);
  const recall = await recallTimes(scale, texts, options);
  const rssMiB = round(await residentMiB(scale.chroma.pid), 0);
  const rebuildSeconds = await tearAndWait(scale, texts, options);
  return {
    queryP99Ms: round(quantile(query, 0.99)),
    queryP50Ms: round(quantile(query, 0.5)),
    recallP99Ms: round(quantile(recall, 0.99), 1),
    recallP50Ms: round(quantile(recall, 0.5), 1),
    rssMiB,
    rebuildSeconds,
    ...filling,
  };
}

async function fillUp(
  { memory }: ScaleMemory,
  makeUp: ReturnType<typeof madeUpTexts>,
  { tell, signal }: BenchOptions,
): Promise<Record<string, number>> {
  const begunAt = performance.now();
  const seconds = (): number => round((performance.now() - begunAt) / 1000, 1);
  const made = Array.from({ length: records }, () => fact(makeUp(wordsEach).text));
  await memory.remember(made, {
    signal,
    onProgress: every(2000, (done) => tell(`${done} of ${records} remembered, ${seconds()} s`)),
  });
  const rememberSeconds = seconds();
  const pending = (): number => memory.stats().index.pending;
  const telling = setInterval(() => tell(`${pending()} still to embed, ${seconds()} s`), tellEveryMs);
  await memory.catchUp({ signal }).finally(() => clearInterval(telling));
  return {
    records: memory.stats().byStatus.active - pending(),
    rememberSeconds,
    embedSeconds: round(seconds() - rememberSeconds, 1),
  };
}

/** Passes on when so many more are done. */
function every(step: number, show: (done: number) => void): (done: number) => void {
  let shown = 0;
  return (done) => {
    if (done - shown < step) return;
    shown = done;
    show(done);
  };
}

/** The index of vectors alone, the vectors of the queries made before. */
async function nearestTimes(
  { index, embedder }: ScaleMemory,
  texts: readonly string[],
  { signal }: BenchOptions,
): Promise<number[]> {
  const space = await index.open({ name: embedder.space, dimensions: await embedder.dimensions(signal) }, signal);
  const vectors = await embedder.embed(texts, 'query', signal);
  return timesOf(vectors, (vector) => space.nearest(vector, { limit }, signal));
}

/** Model, index of vectors, index of words and all. */
function recallTimes({ memory }: ScaleMemory, texts: readonly string[], { signal }: BenchOptions): Promise<number[]> {
  return timesOf(texts, (text) => memory.recall({ text }, signal));
}

async function timesOf<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (const item of items) {
    const begunAt = performance.now();
    await work(item);
    times.push(performance.now() - begunAt);
  }
  return times;
}

/** From the restart on torn files until a recall has meaning again and the index every record: nobody but the memory mends it. */
async function tearAndWait(
  { memory, chroma }: ScaleMemory,
  [text = '']: readonly string[],
  { tell, signal }: BenchOptions,
): Promise<number> {
  await chroma.corrupt('vectors');
  const begunAt = performance.now();
  await chroma.restart();
  while (performance.now() - begunAt < rebuildLimitMs) {
    const { degraded } = await memory.recall({ text }, signal);
    if (degraded === null && memory.stats().index.pending === 0) break;
    await sleep(askEveryMs, undefined, { signal });
  }
  const seconds = round((performance.now() - begunAt) / 1000, 1);
  const { ok, indexAsked, faults } = await memory.verify({ signal });
  tell(`torn and back in ${seconds} s: ${ok && indexAsked ? 'all is there' : faults.join('; ')}`);
  return ok && indexAsked ? seconds : Number.NaN;
}

async function underKills({ seconds, tell, signal }: BenchOptions): Promise<Record<string, number>> {
  const { kills, lost, undead, faults, refusals, ...rest } = await stormMemory({ seconds, tell, signal });
  for (const fault of [...faults, ...refusals]) tell(fault);
  return {
    kills: kills.writer + kills.chroma,
    killsMidWrite: rest.midWrite,
    operations: rest.operations,
    lost: lost.length,
    forgottenFound: undead.length,
    faults: faults.length + refusals.length + rest.crashes + rest.unrecalled.length,
    torn: rest.torn,
  };
}
