import { randomUUID } from 'node:crypto';
import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { languageOf } from '../words/language.ts';
import type { Hit, Query, Recall } from '../memory.ts';
import type { Found } from './found-around.ts';
import type { Nearest } from './nearest.ts';
import type { MemoryRecord, Status } from '../record.ts';
import { coverageOf, isWeak, relevanceOf } from './relevance.ts';
import type { Shelf, WordMatch } from '../shelf/shelf.ts';
import { standing, type Ranked, type Weighed } from './standing.ts';
import { askedOf, type Asked } from './terms.ts';
import type { Dictionary } from '../words/dictionary.ts';

export interface RecallParts {
  readonly shelf: Pick<Shelf, 'get' | 'matching' | 'rarityOf'>;
  readonly nearest: Nearest;
  readonly dictionary: Dictionary;
  readonly clock: Clock;
}

/** So many are looked at closely, from the index of words and from that of vectors. */
const mostCandidates = 80;
const usualLimit = 5;
const usualMaxChars = 6000;
/** What is left of the budget where a text is rather left out than cut. */
const leastCut = 80;

/** Finds by words and by meaning, weighs, and fills the budget; by words alone where meaning cannot be asked. */
export async function recallFrom(query: Query, parts: RecallParts, signal: AbortSignal): Promise<Recall> {
  const startedAt = performance.now();
  const now = parts.clock.now();
  const filter = filterOf(query);
  const lang = languageOf(query.text);
  const asked = askedOf(query.text, lang, parts.dictionary);
  const found = parts
    .nearest(query.text, { limit: mostCandidates, units: filter.units, kinds: filter.kinds }, signal)
    .catch((error: unknown) => messageOf(error));
  const search = (text: string): readonly WordMatch[] =>
    parts.shelf.matching({ ...filter, text, limit: mostCandidates });
  const matches = together(search(ownWords(asked)), search(allWords(asked)));
  const meaning = await found;
  signal.throwIfAborted();

  const nearby = typeof meaning === 'string' ? [] : meaning.neighbours.map(({ id }) => id);
  const ids = new Set([...matches.keys(), ...nearby]);
  const records = [...ids]
    .flatMap((id) => parts.shelf.get(id) ?? [])
    .filter(({ status }) => filter.statuses.includes(status));
  const weighed = weigh(records, { asked, lang, matches, meaning, parts, now });
  const best = standing(weighed, { query, shelf: parts.shelf, now });
  return {
    id: randomUUID(),
    at: now,
    hits: withinBudget(best, query),
    weak: isWeak(best.map(({ evidence }) => evidence)),
    degraded: typeof meaning === 'string' ? `Found by words alone: ${meaning}` : null,
    tookMs: performance.now() - startedAt,
  };
}

function filterOf({ unit, kinds, untrusted }: Query): Pick<Query, 'kinds'> & {
  readonly units: readonly string[] | undefined;
  readonly statuses: readonly Status[];
} {
  const statuses: readonly Status[] = [
    'active',
    'superseded',
    ...(untrusted === true ? (['quarantined'] as const) : []),
  ];
  return { kinds, statuses, units: unit === undefined ? undefined : [...new Set([unit, 'holding'])] };
}

function ownWords(asked: readonly Asked[]): string {
  return asked.map(({ own }) => own.word).join(' ');
}

function allWords(asked: readonly Asked[]): string {
  return asked.flatMap(({ own, translations }) => [own.word, ...translations.map(({ word }) => word)]).join(' ');
}

/** Each record's score as a part of the best one's, on average of both searches: from 0 to 1. */
function together(...searches: readonly (readonly WordMatch[])[]): ReadonlyMap<string, number> {
  const parts = new Map<string, number>();
  for (const matches of searches) {
    const best = Math.max(...matches.map(({ score }) => score), Number.MIN_VALUE);
    for (const { id, score } of matches) parts.set(id, (parts.get(id) ?? 0) + score / best / searches.length);
  }
  return parts;
}

interface Weighing {
  readonly asked: readonly Asked[];
  readonly lang: MemoryRecord['lang'];
  readonly matches: ReadonlyMap<string, number>;
  readonly meaning: Found | string;
  readonly parts: RecallParts;
  readonly now: number;
}

function weigh(records: readonly MemoryRecord[], { asked, lang, matches, meaning, parts }: Weighing): Weighed[] {
  const rarityOf = ({ own }: Asked): number => Math.max(0, ...parts.shelf.rarityOf([...own.grams]));
  const weighty = asked.map((term) => ({ term, rarity: rarityOf(term) }));
  const covered = coverageOf(weighty, lang);
  return records.map((record) => {
    const similarity = typeof meaning === 'string' ? null : meaning.similarityOf(record);
    const evidence = {
      coverage: covered(record),
      words: matches.get(record.id) ?? 0,
      meaning: similarity === null || typeof meaning === 'string' ? null : similarity - meaning.average,
    };
    return { record, evidence, relevance: relevanceOf(evidence), similarity };
  });
}

/** The best is told however short the budget is; after it, a text is rather left out than cut to a few words. */
function withinBudget(all: readonly Ranked[], { limit = usualLimit, maxChars = usualMaxChars }: Query): Hit[] {
  const hits: Hit[] = [];
  let left = maxChars;
  for (const { record, score, relevance, evidence, similarity } of all.slice(0, limit)) {
    const isCut = record.text.length > left;
    if (left <= 0 || (isCut && left < leastCut && hits.length > 0)) break;
    const text = isCut ? cutAt(record.text, left) : record.text;
    left -= text.length;
    const vector = similarity === null ? null : Math.max(0, similarity);
    hits.push({ record, text, isCut, score, relevance, words: evidence.coverage, vector });
  }
  return hits;
}

/** At a space where there is one near, and never within a character. */
function cutAt(text: string, length: number): string {
  const head = text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/u, '');
  const space = head.lastIndexOf(' ');
  return `${space > length / 2 ? head.slice(0, space) : head}…`;
}
