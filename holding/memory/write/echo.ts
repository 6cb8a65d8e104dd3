import { saysTheSame, tellingParts, type Part } from './near.ts';
import type { MemoryRecord } from '../record.ts';
import type { Shelf } from '../shelf/shelf.ts';

/** Finds out whether a text only repeats what its own run was told before; asks the shelf once a run. */
export type FindEcho = (record: Pick<MemoryRecord, 'text' | 'source' | 'trust' | 'supersedes'>) => MemoryRecord | null;

interface Told {
  readonly record: MemoryRecord;
  readonly sentences: readonly (readonly Part[])[];
}

/**
 * What was recalled is not remembered again, or a memory fills with its own echoes. A text is one where each of its
 * sentences is one that was recalled, in the same words and order: a part of one may say the opposite of it. What takes
 * the place of another is a correction, whatever its words.
 */
export function echoFinder(shelf: Pick<Shelf, 'recalledBy'>): FindEcho {
  const runs = new Map<string, readonly Told[]>();
  return ({ text, source: { runId }, trust, supersedes }) => {
    if (runId === null || trust === 'owner' || supersedes.length > 0) return null;
    const told = runs.get(runId) ?? shelf.recalledBy(runId).map(asTold);
    runs.set(runId, told);
    if (told.length === 0) return null;
    const origins = sentencesOf(text).map((sentence) => repeatedIn(sentence, told));
    return origins.includes(null) ? null : (origins[0] ?? null);
  };
}

function asTold(record: MemoryRecord): Told {
  return { record, sentences: sentencesOf(record.text) };
}

function sentencesOf(text: string): readonly (readonly Part[])[] {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/u).map(tellingParts);
  return sentences.filter((sentence) => sentence.length > 0);
}

function repeatedIn(sentence: readonly Part[], told: readonly Told[]): MemoryRecord | null {
  const origin = told.find((one) => one.sentences.some((other) => saysTheSame(other, sentence)));
  return origin?.record ?? null;
}
