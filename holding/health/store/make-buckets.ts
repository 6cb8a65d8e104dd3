import type { SpanTimes, Span } from './history.ts';
import { hourMs, type Bucket, type BucketTable, type Filled } from './bucket-table.ts';
import { cutSpan, type FlipTimes } from './flip-times.ts';
import { merge, type Latencies } from './latency-classes.ts';
import type { LooksByHour } from './looks.ts';
import { dayMs } from './timeline.ts';

/** The buckets of one check over a span of whole hours, and over the days that it completes. */
export interface Made {
  readonly hours: Filled;
  readonly days: Filled;
}

/** What buckets are made of. */
export interface Matter {
  readonly table: BucketTable;
  readonly flips: FlipTimes;
  readonly watched: number;
  /** Of whole hours. */
  readonly span: Span;
  /** Hours are not made of before this, for they are kept no longer. */
  readonly hoursSince: number;
  /** The looks that are still there. */
  readonly looks: LooksByHour | undefined;
}

type Counted = Pick<Bucket, 'looks' | 'latencies'>;

/** Makes the hours and days of one check; what observations no longer tell is taken from what is stored. */
export function makeBuckets(matter: Matter): Made {
  const { table, watched, span, hoursSince } = matter;
  const hourSpan = { from: Math.min(Math.max(span.from, hoursSince), span.to), to: span.to };
  const firstDay = floor(span.from, dayMs);
  const daySpan = { from: firstDay, to: Math.max(floor(span.to, dayMs), firstDay) };
  const stored = table.within(watched, { from: firstDay, to: span.to }, 'hour');
  const hours = makeHours(matter, hourSpan, stored);
  const days = makeDays(matter, daySpan, [...stored.filter(({ from }) => from < hourSpan.from), ...hours]);
  return {
    hours: { span: hourSpan, buckets: hours.filter(tellsSomething) },
    days: { span: daySpan, buckets: days.filter(tellsSomething) },
  };
}

function makeHours({ flips, watched, looks }: Matter, span: Span, stored: readonly Bucket[]): Bucket[] {
  const before = byBeginning(stored);
  return flips
    .times(watched, cutSpan(span, hourMs))
    .map((cut) => bucketOf(cut, looks?.get(cut.from) ?? before.get(cut.from) ?? nothing));
}

/** A day of which no hour is left keeps what it had. */
function makeDays({ table, flips, watched }: Matter, span: Span, hours: readonly Bucket[]): Bucket[] {
  const hoursOf = Map.groupBy(hours, ({ from }) => floor(from, dayMs));
  const before = byBeginning(table.within(watched, span, 'day'));
  return flips.times(watched, cutSpan(span, dayMs)).map((cut) => {
    const counted = together(hoursOf.get(cut.from) ?? []);
    return bucketOf(cut, counted.looks > 0 ? counted : (before.get(cut.from) ?? nothing));
  });
}

const nothing: Counted = { looks: 0, latencies: new Map() };

function bucketOf({ from, to, times }: SpanTimes, { looks, latencies }: Counted): Bucket {
  return { from, to, times, looks, latencies };
}

function byBeginning(buckets: readonly Bucket[]): ReadonlyMap<number, Bucket> {
  return new Map(buckets.map((bucket) => [bucket.from, bucket]));
}

function together(hours: readonly Counted[]): Counted {
  const latencies: Latencies = new Map();
  for (const hour of hours) merge(latencies, hour.latencies);
  return { latencies, looks: hours.reduce((sum, { looks }) => sum + looks, 0) };
}

/** A check that was not set up all the while leaves no bucket: its flips say so as cheaply. */
function tellsSomething({ looks, times }: Bucket): boolean {
  return looks > 0 || [...times.keys()].some((state) => state !== 'off' && state !== 'new');
}

/** The beginning of the hour or day that a time lies in. */
export function floor(time: number, lengthMs: number): number {
  return Math.floor(time / lengthMs) * lengthMs;
}
