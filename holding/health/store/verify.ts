import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { isDeepStrictEqual } from 'node:util';
import { bucketTableIn, type Bucket, type Filled, type SpanName } from './bucket-table.ts';
import { bucketsIn } from './buckets.ts';
import type { Made } from './make-buckets.ts';
import { brokenRules } from './rules.ts';

/** So many faults of one kind are named; of more only their number is told. */
const namedOfEach = 20;

/**
 * Everything that is wrong with the records, each in a sentence; none: they are sound. Nothing is written; the caller
 * holds a transaction where another process writes meanwhile.
 */
export function faultsIn(db: DatabaseSync, now: number): readonly string[] {
  const damage = db
    .prepare('PRAGMA quick_check')
    .all()
    .flatMap((row) => Object.values(row))
    .join('; ');
  if (damage !== 'ok') return [`The file is damaged: ${damage}`];
  return [...brokenRules.map((rule) => foundBy(db, rule)), faultsOfBuckets(db, now)].flatMap(named);
}

function foundBy(db: DatabaseSync, rule: string): string[] {
  return db
    .prepare(rule)
    .all()
    .map((row) => z.object({ fault: z.string() }).parse(row).fault);
}

function named(faults: readonly string[]): readonly string[] {
  const more = faults.length - namedOfEach;
  return more <= 0 ? faults : [...faults.slice(0, namedOfEach), `… and ${more} more like this`];
}

function faultsOfBuckets(db: DatabaseSync, now: number): string[] {
  const table = bucketTableIn(db);
  const names = new Map(
    db
      .prepare('SELECT id, name FROM watched')
      .all()
      .map(({ id, name }) => [Number(id), String(name)]),
  );
  return [...bucketsIn(db).made(now)].flatMap(([watched, made]) =>
    (['hour', 'day'] as const).flatMap((of) => {
      const { span, buckets } = partOf(made, of);
      const check = names.get(watched) ?? `check ${watched}`;
      return faultsAmong(table.within(watched, span, of), buckets, `${check}: the ${of}`);
    }),
  );
}

function partOf({ hours, days }: Made, of: SpanName): Filled {
  return of === 'hour' ? hours : days;
}

function faultsAmong(stored: readonly Bucket[], made: readonly Bucket[], what: string): string[] {
  const expected = new Map(made.map((bucket) => [bucket.from, bucket]));
  const found = new Map(stored.map((bucket) => [bucket.from, bucket]));
  const missing = made.filter(({ from }) => !found.has(from));
  return [
    ...missing.map(({ from }) => `${what} of ${timeText(from)} is missing`),
    ...stored.flatMap((bucket) => {
      const begun = `${what} of ${timeText(bucket.from)}`;
      const sum = [...bucket.times.values()].reduce((total, ms) => total + ms, 0);
      if (sum !== bucket.to - bucket.from) return [`${begun} has ${sum} ms`];
      return isSame(bucket, expected.get(bucket.from)) ? [] : [`${begun} is not what a rebuild makes of it`];
    }),
  ];
}

function isSame(stored: Bucket, made: Bucket | undefined): boolean {
  if (made === undefined) return false;
  return (
    stored.looks === made.looks &&
    isDeepStrictEqual(stored.times, made.times) &&
    isDeepStrictEqual(stored.latencies, made.latencies)
  );
}

function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
