import type { Query } from '../memory.ts';
import type { MemoryRecord } from '../record.ts';
import { weightOf, type Evidence } from './relevance.ts';
import type { Shelf } from '../shelf/shelf.ts';

/** A record that was found, and how well it answers. */
export interface Weighed {
  readonly record: MemoryRecord;
  readonly evidence: Evidence;
  readonly relevance: number;
  readonly similarity: number | null;
}

/** With what the order goes by. */
export type Ranked = Weighed & { readonly score: number };

/** Best first. What took another's place stands where the best of the two would, and the other below it or nowhere. */
export function standing(
  weighed: readonly Weighed[],
  { query, shelf, now }: { readonly query: Query; readonly shelf: Pick<Shelf, 'get'>; readonly now: number },
): Ranked[] {
  const standings = new Map<string, Standing>();
  const keep = (one: Standing): void => {
    const known = standings.get(one.record.id);
    if (!isWanted(one.record, query, now) || (known !== undefined && known.relevance >= one.relevance)) return;
    standings.set(one.record.id, one);
  };
  for (const one of weighed) {
    const { newer, current } = successionOf(one.record, shelf, query.history === true ? Infinity : now);
    if (current !== null) keep({ ...one, record: current, newer: [] });
    if (query.history === true && current?.id !== one.record.id) keep({ ...one, newer });
  }
  return ranked(standings, now);
}

interface Standing extends Weighed {
  /** What took its place, the next one first. */
  readonly newer: readonly MemoryRecord[];
}

/** Times the score of what took its place, at most. */
const belowNewer = 0.999;

function ranked(standings: ReadonlyMap<string, Standing>, now: number): Ranked[] {
  const scores = new Map<string, number>();
  const scoreOf = ({ record, relevance, newer }: Standing): number => {
    const known = scores.get(record.id);
    if (known !== undefined) return known;
    const own = relevance * weightOf(record, now);
    scores.set(record.id, own); // So that a circle ends.
    const next = newer.flatMap(({ id }) => standings.get(id) ?? [])[0];
    const score = next === undefined ? own : Math.min(own, belowNewer * scoreOf(next));
    scores.set(record.id, score);
    return score;
  };
  const all = [...standings.values()].map((one) => Object.assign(one, { score: scoreOf(one) }));
  return all.toSorted((one, other) => other.score - one.score || one.record.id.localeCompare(other.record.id));
}

interface Succession {
  /** What took its place, the next one first. */
  readonly newer: readonly MemoryRecord[];
  /** What holds in the end: itself, where nothing took its place. Null: that is gone, or they go round in a circle. */
  readonly current: MemoryRecord | null;
}

/** What has not begun by then has taken no place yet. */
function successionOf(record: MemoryRecord, shelf: Pick<Shelf, 'get'>, by: number): Succession {
  const newer: MemoryRecord[] = [];
  const seen = new Set([record.id]);
  for (let last = record; last.supersededBy !== null;) {
    const next = shelf.get(last.supersededBy);
    if (next === null || seen.has(next.id)) return { newer, current: null };
    if (!hasBegun(next, by)) return { newer, current: last };
    seen.add(next.id);
    newer.push(next);
    last = next;
  }
  return { newer, current: newer.at(-1) ?? record };
}

/** What holds since it was made has begun, also where the clock was set back since. */
function hasBegun({ validFrom, createdAt }: MemoryRecord, now: number): boolean {
  return validFrom <= Math.max(now, createdAt);
}

function isWanted(record: MemoryRecord, { unit, kinds, untrusted, history }: Query, now: number): boolean {
  // Of what was superseded, the status does not tell that it was in quarantine.
  const isDoubted = record.status === 'quarantined' || record.suspicion !== null;
  if (record.status === 'aged' || (isDoubted && untrusted !== true)) return false;
  if (kinds !== undefined && !kinds.includes(record.kind)) return false;
  if (unit !== undefined && record.unit !== unit && record.unit !== 'holding') return false;
  return history === true || (hasBegun(record, now) && (record.validTo === null || record.validTo > now));
}
