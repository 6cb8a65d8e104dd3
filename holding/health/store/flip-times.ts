import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { states } from '../snapshot.ts';
import type { Span, SpanTimes } from './history.ts';
import { stretches, timeIn, type Stretch } from './timeline.ts';

/** Where time went, by the flips of a check: the truth that buckets are made of. Checks by their small number. */
export interface FlipTimes {
  /** The flip in force at a time; 0: none yet. To find it costs what flips came before. */
  readonly inForce: (watched: number, at: number) => number;
  /** Of one span, oldest first; they fill it exactly. Quicker where the flip is known that is in force as it begins. */
  readonly stretches: (watched: number, span: Span, inForce?: number) => Stretch[];
  /** Of spans that follow each other without a gap. */
  readonly times: (watched: number, spans: readonly Span[]) => SpanTimes[];
  /** When the first flip of all was; null: there is none. */
  readonly first: (watched: number) => number | null;
  /** Back to when the flips reach that were written after one; null: there are none. */
  readonly reachBack: (watched: number, flip: number) => number | null;
  /** The newest of all checks; 0: there is none. */
  readonly last: () => number;
}

const Row = z.object({ at: z.number(), to: z.enum(states) });
const Time = z.number().nullable();

/** Prepares the statements. */
export function flipTimesIn(db: DatabaseSync): FlipTimes {
  const inForce = db.prepare('SELECT max(id) AS id FROM flip WHERE watched = ? AND at <= ?');
  // Flips at the end of a span or after it take nothing from what comes before them.
  const select = db.prepare(`
    SELECT at, became AS "to" FROM flip
    WHERE id = :inForce OR (watched = :watched AND at > :from AND at < :to AND id > :inForce) ORDER BY id`);
  const first = db.prepare('SELECT min(at) AS at FROM flip WHERE watched = ?');
  // By the number of the flip, of which few are new, and not by the index of the check, whose flips are many.
  const reachBack = db.prepare('SELECT min(at) AS at FROM flip WHERE id > ? AND +watched = ?');
  const last = db.prepare('SELECT max(id) AS id FROM flip');

  function inForceAt(watched: number, at: number): number {
    return Number(inForce.get(watched, at)?.['id'] ?? 0);
  }

  function stretchesOf(watched: number, span: Span, id = inForceAt(watched, span.from)): Stretch[] {
    const rows = select.all({ inForce: id, watched, from: span.from, to: span.to });
    return stretches(
      rows.map((row) => Row.parse(row)),
      span,
    );
  }

  return {
    inForce: inForceAt,
    stretches: stretchesOf,
    times(watched, spans) {
      const [begin, end] = [spans[0], spans.at(-1)];
      if (begin === undefined || end === undefined) return [];
      return cutAt(spans, stretchesOf(watched, { from: begin.from, to: end.to }));
    },
    first: (watched) => Time.parse(first.get(watched)?.['at']),
    reachBack: (watched, flip) => Time.parse(reachBack.get(flip, watched)?.['at']),
    last: () => Number(last.get()?.['id'] ?? 0),
  };
}

/** Both fill the same time, oldest first. */
function cutAt(spans: readonly Span[], cut: readonly Stretch[]): SpanTimes[] {
  let next = 0;
  return spans.map(({ from, to }) => {
    const within: Stretch[] = [];
    for (let index = next; index < cut.length; index++) {
      const stretch = cut[index];
      if (stretch === undefined || stretch.from >= to) break;
      next = index; // It may go on in the next span.
      const part = { state: stretch.state, from: Math.max(stretch.from, from), to: Math.min(stretch.to, to) };
      if (part.from < part.to) within.push(part);
    }
    return { from, to, times: timeIn(within) };
  });
}

/** A span cut at the hours or days (UTC) within it, oldest first. */
export function cutSpan({ from, to }: Span, lengthMs: number): Span[] {
  const spans: Span[] = [];
  for (let at = from; at < to;) {
    const end = Math.min(to, (Math.floor(at / lengthMs) + 1) * lengthMs);
    spans.push({ from: at, to: end });
    at = end;
  }
  return spans;
}
