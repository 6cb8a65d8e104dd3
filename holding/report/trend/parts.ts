import type { Change, Tally } from './change.ts';

/** Of a phrase's parts none is told where so much of its sources name the phrase. */
const sameShare = 0.75;
/** More are never shown; so of tens of thousands only the strongest are looked at. */
const mostRanked = 3000;

interface Ranked {
  readonly term: string;
  readonly tally: Pick<Tally, 'sources'>;
  readonly change: Pick<Change, 'strength'>;
}

export function strongestFirst(one: Ranked, other: Ranked): number {
  return (
    other.change.strength - one.change.strength ||
    wordsIn(other.term) - wordsIn(one.term) ||
    (one.term < other.term ? -1 : 1)
  );
}

/** Of a phrase and its parts, which rise together, one is told: the phrase where nearly all that name a part name it. */
export function withoutParts<Item extends Ranked>(items: readonly Item[]): Item[] {
  const strongest = items.toSorted(strongestFirst).slice(0, mostRanked);
  const byLength = Map.groupBy(strongest, ({ term }) => wordsIn(term));
  const kept: Item[] = [];
  /** For each part of a phrase that was kept, the most sources of such a phrase. */
  const told = new Map<string, number>();
  for (const length of [...byLength.keys()].toSorted((one, other) => other - one)) {
    for (const item of byLength.get(length) ?? []) {
      const { term, tally } = item;
      if ((told.get(term) ?? 0) >= tally.sources * sameShare) continue;
      kept.push(item);
      for (const part of partsOf(term)) told.set(part, Math.max(tally.sources, told.get(part) ?? 0));
    }
  }
  return kept.toSorted(strongestFirst);
}

function wordsIn(term: string): number {
  let words = 1;
  for (let at = term.indexOf(' '); at !== -1; at = term.indexOf(' ', at + 1)) words += 1;
  return words;
}

/** All shorter phrases and words in it. */
function partsOf(term: string): string[] {
  const words = term.split(' ');
  const lengths = Array.from({ length: words.length - 1 }, (_, n) => n + 1);
  return lengths.flatMap((length) =>
    Array.from({ length: words.length - length + 1 }, (_, from) => words.slice(from, from + length).join(' ')),
  );
}
