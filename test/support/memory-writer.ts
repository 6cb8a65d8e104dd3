import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { z } from 'zod';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import { createMemory, type MemoryOptions } from '#holding/memory/create-memory.ts';
import { openKeptVectors } from '#holding/memory/vectors/kept-vectors.ts';
import type { Memory } from '#holding/memory/memory.ts';
import type { MemoryRecord } from '#holding/memory/record.ts';
import type { VectorIndex } from '#holding/memory/vectors/vector-index.ts';
import { systemClock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import { madeUpTexts } from './made-up.ts';
import { countingGrams, fact } from './memory.ts';

/** Where a storm's memory lies. */
export interface StormPlace {
  readonly ledgerDb: string;
  readonly memoryDb: string;
  readonly vectorsDb: string;
  readonly chroma: string;
  /** Says where Chroma answers; left by one that was killed it speaks of that one. */
  readonly address: string;
}

/** What a writer says over IPC, in the order in which it happens. */
export type Said =
  | { readonly says: 'working' }
  /** It is about to write; these may be forgotten by that, whether or not it comes to say so. */
  | { readonly says: 'begins'; readonly forgets: readonly string[] }
  | { readonly says: 'kept' | 'forgot'; readonly records: readonly { readonly id: string; readonly text: string }[] }
  | { readonly says: 'recalled' }
  | { readonly says: 'failed'; readonly why: string }
  /** It found the index broken, and begins it anew; then: that was done. */
  | { readonly says: 'torn' | 'anew' }
  | { readonly says: 'repair'; readonly reason: string };

/** The answer to `repair`. */
export const repaired = 'repaired';

const mostAtOnce = 12;
const wordsEach = 10;

export function placesIn(folder: string): StormPlace {
  return {
    ledgerDb: join(folder, 'ledger.sqlite'),
    memoryDb: join(folder, 'memory.sqlite'),
    vectorsDb: join(folder, 'vectors.sqlite'),
    chroma: join(folder, 'chromadb'),
    address: join(folder, 'address'),
  };
}

/** The model of a storm: what is tested is what lasts, so 4-grams counted into 256 numbers stand in for a meaning. */
export const stormModel = countingGrams('storm-grams256-v1', 256);

/** The index of vectors, wherever Chroma answers at the time. */
export function stormIndex({ address }: Pick<StormPlace, 'address'>): VectorIndex {
  return createChromaIndex({ address: () => readFileSync(address, 'utf8') });
}

/** Opens the memory there as any process does, over the Chroma that answers at the time. */
export async function openStormMemory(
  place: StormPlace,
  options: { readonly onAnew?: (says: 'torn' | 'anew') => void } & Pick<MemoryOptions, 'askForRepair'>,
): Promise<Memory> {
  await using opening = new AsyncDisposableStack();
  const index = opening.use(stormIndex(place));
  const kept = opening.use(openKeptVectors(place.vectorsDb));
  const memory = opening.use(
    await createMemory({
      paths: place,
      index: {
        ...index,
        drop: async (...space) => {
          options.onAnew?.('torn');
          await index.drop(...space);
          options.onAnew?.('anew');
        },
      },
      kept,
      embedder: kept.keeping(stormModel),
      embedderOf: () => null,
      units: ['holding', 'marketing'],
      secrets: [],
      clock: systemClock,
      log: silentLog,
      askForRepair: options.askForRepair,
    }),
  );
  const opened = opening.move();
  return { ...memory, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** The process itself: writes and asks until it is killed, and says what was acknowledged. */
async function write(place: StormPlace): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  const memory = await openStormMemory(place, {
    onAnew: (says) => void say({ says }),
    askForRepair: async (reason, signal) => {
      const answer = once(process, 'message', { signal });
      await say({ says: 'repair', reason });
      await answer;
    },
  });
  await say({ says: 'working' });
  const deeds = [remember, remember, revise, forget];
  for (;;) {
    const deed = deeds[Math.floor(Math.random() * deeds.length)] ?? remember;
    await deed(memory).catch((error: unknown) => say({ says: 'failed', why: messageOf(error) }));
  }
}

const makeUp = madeUpTexts();

async function remember(memory: Memory): Promise<void> {
  const texts = Array.from({ length: 1 + Math.floor(Math.random() * mostAtOnce) }, newText);
  await say({ says: 'begins', forgets: [] });
  const receipts = await memory.remember(texts.map((text) => fact(text)));
  await say({ says: 'kept', records: receipts.map(({ id }, at) => ({ id, text: texts[at] ?? '' })) });
}

async function revise(memory: Memory): Promise<void> {
  const old = await recall(memory);
  if (old === undefined) return;
  const text = newText();
  await say({ says: 'begins', forgets: [] });
  const { id } = await memory.revise(old.id, { text, why: 'it is worded better' });
  await say({ says: 'kept', records: [{ id, text }] });
}

async function forget(memory: Memory): Promise<void> {
  const record = await recall(memory);
  if (record === undefined) return;
  const { id, text } = record;
  await say({ says: 'begins', forgets: [id] });
  await memory.forget([id], { why: 'it is nobody’s business' });
  await say({ says: 'forgot', records: [{ id, text }] });
}

async function recall(memory: Memory): Promise<MemoryRecord | undefined> {
  const { hits } = await memory.recall({ text: newText(), limit: 1 });
  await say({ says: 'recalled' });
  return hits[0]?.record;
}

function newText(): string {
  return makeUp(wordsEach).text;
}

/** Resolves when it is out of this process: what is said before a write is known whatever comes of that. */
async function say(said: Said): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.send?.(said, undefined, undefined, (error) => (error === null ? resolve() : reject(error)));
  });
}

if (import.meta.main) await write(placesIn(z.string().parse(process.argv[2])));
