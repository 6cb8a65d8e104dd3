import { likeness, wordingOf } from './near.ts';
import type { MemoryRecord, Status } from '../record.ts';
import type { Shelf } from '../shelf/shelf.ts';
import { gramsOf } from '../words/words.ts';

/** A record that says the same as a text, or an earlier version of it. */
export interface Alike {
  readonly record: MemoryRecord;
  readonly is: 'same' | 'newer';
}

export interface AlikeQuery extends Pick<MemoryRecord, 'text' | 'unit' | 'kind'> {
  readonly statuses: readonly Status[];
  /** How many records there are, more or less. */
  readonly size: number;
}

const mostCandidates = 10;
/** So many entries of the index of words are read for a text: its rarest words are in what is like it too. */
const mostEntries = 2000;

/** Those of its kind and unit, the closest first. */
export function alikeOf(query: AlikeQuery, shelf: Pick<Shelf, 'matching' | 'rarityOf' | 'get'>): readonly Alike[] {
  const { text, unit, kind, statuses } = query;
  const matches = shelf.matching({
    text: tellingWords(query, shelf),
    limit: mostCandidates,
    units: [unit],
    kinds: [kind],
    statuses,
  });
  return matches.flatMap(({ id }) => {
    const record = shelf.get(id);
    const is = record === null ? 'other' : likeness(record.text, text);
    return record === null || is === 'other' ? [] : [{ record, is }];
  });
}

function tellingWords({ text, size }: AlikeQuery, shelf: Pick<Shelf, 'rarityOf'>): string {
  const words = [...new Set(wordingOf(text))].map((word) => costOf(word, size, shelf));
  const chosen: string[] = [];
  let entries = 0;
  for (const { word, cost } of words.toSorted((one, other) => one.rarest - other.rarest)) {
    entries += cost;
    if (entries > mostEntries && chosen.length > 0) break;
    chosen.push(word);
  }
  return chosen.join(' ');
}

/** In how many records its grams are, all together, and its rarest: from how rare they are. */
function costOf(
  word: string,
  size: number,
  shelf: Pick<Shelf, 'rarityOf'>,
): { word: string; cost: number; rarest: number } {
  const counts = shelf.rarityOf(gramsOf(word)).map((rarity) => (size + 1) / Math.exp(rarity));
  return { word, cost: counts.reduce((sum, count) => sum + count, 0), rarest: Math.min(...counts) };
}
