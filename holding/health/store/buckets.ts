import type { DatabaseSync } from 'node:sqlite';
import { bucketTableIn, hourMs, type BucketTable } from './bucket-table.ts';
import { flipTimesIn, type FlipTimes } from './flip-times.ts';
import type { Span } from './history.ts';
import { looksIn, type LooksByHour } from './looks.ts';
import { floor, makeBuckets, type Made } from './make-buckets.ts';
import { dayMs } from './timeline.ts';

/** How long hours and days are kept. */
export const keptBuckets = { hourMs: 35 * dayMs, dayMs: 400 * dayMs };

/** An hour is closed when no heartbeat can still be writing what it saw then. */
const closingMs = 5 * 60_000;
/** Looks of a clock that was set back fall into hours that were closed: the last ones are made again each time. */
const againMs = 3 * hourMs;

/** The buckets, as they are made. Each in one transaction of the caller's. */
export interface Buckets {
  /** Closes the hours and days that ended, and makes those anew that flips reach back to. Returns how many were made. */
  readonly rollUp: (now: number) => number;
  /** Makes all of them anew. What observations no longer tell keeps the looks and latencies that were stored. */
  readonly rebuild: (now: number) => number;
  /** What a rebuild would make of each check as far as its buckets are to hold; nothing is written. */
  readonly made: (now: number) => ReadonlyMap<number, Made>;
}

interface Parts {
  readonly table: BucketTable;
  readonly flips: FlipTimes;
  readonly observed: (span: Span) => ReadonlyMap<number, LooksByHour>;
}

/** Prepares the statements. */
export function bucketsIn(db: DatabaseSync): Buckets {
  const parts = { table: bucketTableIn(db), flips: flipTimesIn(db), observed: looksIn(db).byHour };
  const strays = db.prepare('DELETE FROM bucket WHERE watched NOT IN (SELECT watched FROM flip)');
  const strayMarks = db.prepare('DELETE FROM rolled WHERE watched NOT IN (SELECT watched FROM flip)');
  return {
    rollUp: (now) => rollUp(parts, now, sinceMark),
    rebuild(now) {
      strays.run();
      strayMarks.run();
      return rollUp(parts, now, fromTheBeginning);
    },
    made(now) {
      const spans = parts.table.watched().map((watched) => {
        const to = Math.min(heldUntil(parts, watched), closedAt(now));
        return { watched, span: { from: Math.min(fromTheBeginning(parts, watched, now), to), to } };
      });
      return makeAll(parts, spans, now);
    },
  };
}

/** Until when the stored buckets of a check tell what flips tell: flips may reach back behind what was closed. */
export function heldUntil({ table, flips }: Pick<Parts, 'table' | 'flips'>, watched: number): number {
  const mark = table.mark(watched);
  if (mark === null) return Number.NEGATIVE_INFINITY;
  return Math.min(mark.until, flips.reachBack(watched, mark.flip) ?? mark.until);
}

type From = (parts: Parts, watched: number, now: number) => number;

function sinceMark(parts: Parts, watched: number, now: number): number {
  const held = Math.min(heldUntil(parts, watched), closedAt(now));
  return Math.max(fromTheBeginning(parts, watched, now), floor(held - againMs, hourMs));
}

/** Before its first flip nothing was known of a check, and no bucket says so. */
function fromTheBeginning({ flips }: Parts, watched: number, now: number): number {
  return Math.max(floor(flips.first(watched) ?? now, hourMs), floor(now, dayMs) - keptBuckets.dayMs);
}

function rollUp(parts: Parts, now: number, beginning: From): number {
  const { table, flips } = parts;
  const to = closedAt(now);
  const flip = flips.last();
  const spans = table.watched().map((watched) => ({ watched, span: { from: beginning(parts, watched, now), to } }));
  let made = 0;
  for (const [watched, { hours, days }] of makeAll(parts, spans, now)) {
    table.replace(watched, 'hour', hours);
    table.replace(watched, 'day', days);
    table.setMark(watched, { until: to, flip });
    made += hours.buckets.length + days.buckets.length;
  }
  return made;
}

interface CheckSpan {
  readonly watched: number;
  readonly span: Span;
}

/** Observations lie in order of time, not of checks: they are counted in one go. */
function makeAll(
  { table, flips, observed }: Parts,
  spans: readonly CheckSpan[],
  now: number,
): ReadonlyMap<number, Made> {
  const from = Math.min(...spans.map(({ span }) => span.from), Number.MAX_SAFE_INTEGER);
  const to = Math.max(...spans.map(({ span }) => span.to), 0);
  const looks = from < to ? observed({ from, to }) : new Map<number, LooksByHour>();
  const hoursSince = floor(now, dayMs) - keptBuckets.hourMs;
  return new Map(
    spans.map(({ watched, span }) => [
      watched,
      makeBuckets({ table, flips, watched, span, hoursSince, looks: looks.get(watched) }),
    ]),
  );
}

/** The end of the last hour that is closed. */
function closedAt(now: number): number {
  return floor(now - closingMs, hourMs);
}
