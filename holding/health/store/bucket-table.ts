import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { states, type State } from '../snapshot.ts';
import type { Span, SpanTimes } from './history.ts';
import { addBytes, toBytes, type Latencies } from './latency-classes.ts';
import { dayMs } from './timeline.ts';

/** Milliseconds of an hour. */
export const hourMs = 60 * 60_000;

/** The spans that there are buckets of. */
export const spanMs = { hour: hourMs, day: dayMs } as const;
export type SpanName = keyof typeof spanMs;

/** What is known of a check in one hour or day (UTC). */
export interface Bucket extends SpanTimes {
  /** However they ended. */
  readonly looks: number;
  /** Of the looks that measured one. */
  readonly latencies: Latencies;
}

/** The buckets of a span; where one is missing it would say nothing. */
export interface Filled {
  readonly span: Span;
  readonly buckets: readonly Bucket[];
}

/** How far the buckets of a check reach, and the last flip of all checks when they were made. */
export interface Mark {
  readonly until: number;
  readonly flip: number;
}

/** The tables of buckets and of how far they reach, by the small numbers of checks. */
export interface BucketTable {
  /** Those that lie in a span as a whole, oldest first. */
  readonly within: (watched: number, span: Span, of: SpanName) => readonly Bucket[];
  /** Of the same only where the time went. */
  readonly times: (watched: number, span: Span, of: SpanName) => readonly SpanTimes[];
  /** Of the same only the latencies, as bytes by the beginning; without those that measured none. */
  readonly latencies: (watched: number, span: Span, of: SpanName) => ReadonlyMap<number, Uint8Array>;
  /** Puts these in the place of all within a span. */
  readonly replace: (watched: number, of: SpanName, by: Filled) => void;
  /** Null: there are none yet. */
  readonly mark: (watched: number) => Mark | null;
  readonly setMark: (watched: number, mark: Mark) => void;
  /** Every check that has flips. */
  readonly watched: () => readonly number[];
  /** Returns how many went. */
  readonly deleteBefore: (time: number, of: SpanName) => number;
}

const Times = z.partialRecord(z.enum(states), z.int().nonnegative());
const Row = z.object({
  began: z.number(),
  looks: z.number(),
  times: z.string(),
  latencies: z.instanceof(Uint8Array).nullable(),
});
const TimesRow = Row.pick({ began: true, times: true });
const LatenciesRow = z.object({ began: z.number(), latencies: z.instanceof(Uint8Array) });
const MarkRow = z.object({ until: z.number(), flip: z.number() });

/** Prepares the statements. */
export function bucketTableIn(db: DatabaseSync): BucketTable {
  const within = 'FROM bucket WHERE watched = ? AND span = ? AND began >= ? AND began <= ?';
  const select = db.prepare(`SELECT began, looks, times, latencies ${within} ORDER BY began`);
  const times = db.prepare(`SELECT began, times ${within} ORDER BY began`);
  const latencies = db.prepare(`SELECT began, latencies ${within} AND latencies IS NOT NULL`);
  const remove = db.prepare(`DELETE ${within}`);
  const insert = db.prepare(
    'INSERT INTO bucket (watched, span, began, looks, times, latencies) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const mark = db.prepare('SELECT until, flip FROM rolled WHERE watched = ?');
  const setMark = db.prepare('INSERT OR REPLACE INTO rolled (watched, until, flip) VALUES (?, ?, ?)');
  const watched = db.prepare(
    'SELECT id FROM watched WHERE EXISTS (SELECT 1 FROM flip WHERE flip.watched = watched.id)',
  );
  const deleteRows = db.prepare('DELETE FROM bucket WHERE span = ? AND began < ?');
  return {
    within: (id, { from, to }, of) =>
      select.all(id, spanMs[of], from, to - spanMs[of]).map((row) => toBucket(Row.parse(row), spanMs[of])),
    times: (id, { from, to }, of) =>
      times.all(id, spanMs[of], from, to - spanMs[of]).map((row) => {
        const { began, times: text } = TimesRow.parse(row);
        return { from: began, to: began + spanMs[of], times: toTimes(text) };
      }),
    latencies: (id, { from, to }, of) =>
      new Map(
        latencies.all(id, spanMs[of], from, to - spanMs[of]).map((row) => {
          const { began, latencies: bytes } = LatenciesRow.parse(row);
          return [began, bytes];
        }),
      ),
    replace(id, of, { span: { from, to }, buckets }) {
      remove.run(id, spanMs[of], from, to - spanMs[of]);
      for (const { from: began, looks, times: spent, latencies: counts } of buckets)
        insert.run(id, spanMs[of], began, looks, JSON.stringify(Object.fromEntries(spent)), toBytes(counts));
    },
    mark: (id) => {
      const row = mark.get(id);
      return row === undefined ? null : MarkRow.parse(row);
    },
    setMark: (id, { until, flip }) => void setMark.run(id, until, flip),
    watched: () => watched.all().map(({ id }) => Number(id)),
    deleteBefore: (time, of) => Number(deleteRows.run(spanMs[of], time).changes),
  };
}

function toBucket({ began, looks, times, latencies: bytes }: z.infer<typeof Row>, lengthMs: number): Bucket {
  const latencies: Latencies = new Map();
  if (bytes !== null) addBytes(latencies, bytes);
  return { from: began, to: began + lengthMs, times: toTimes(times), looks, latencies };
}

function toTimes(text: string): ReadonlyMap<State, number> {
  const parsed = Times.parse(JSON.parse(text));
  return new Map(states.flatMap((state) => (parsed[state] === undefined ? [] : [[state, parsed[state]]])));
}
