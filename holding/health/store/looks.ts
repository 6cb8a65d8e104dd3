import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { hourMs } from './bucket-table.ts';
import type { Span } from './history.ts';
import { count, type Latencies } from './latency-classes.ts';
import { keyBase, keyOf, timeOf } from './observations.ts';

/** The looks of one check by the beginning of their hour. */
export type LooksByHour = ReadonlyMap<number, { readonly looks: number; readonly latencies: Latencies }>;

/** Observations, counted. */
export interface Looks {
  /** Of every check by its number; only hours in which it was looked at. */
  readonly byHour: (span: Span) => ReadonlyMap<number, LooksByHour>;
  /** The latencies of one check; a span costs what all checks were looked at in it. */
  readonly latencies: (watched: number, span: Span) => Latencies;
}

const HourRow = z.object({ watched: z.number(), hour: z.number(), latency: z.number().nullable(), looks: z.number() });
const Row = z.object({ latency: z.number(), looks: z.number() });

/** Prepares the statements. Keys of before 2025, from a machine without a clock battery, are counted nowhere. */
export function looksIn(db: DatabaseSync): Looks {
  const byHour = db.prepare(`
    SELECT key & ${keyBase - 1} AS watched, key / ${keyBase * hourMs} AS hour, latency, count(*) AS looks
    FROM observation WHERE key >= max(0, ?) AND key < ? GROUP BY 1, 2, 3`);
  const ofOne = db.prepare(`
    SELECT latency, count(*) AS looks FROM observation
    WHERE key >= ? AND key < ? AND key & ${keyBase - 1} = ? AND latency IS NOT NULL GROUP BY latency`);
  return {
    byHour({ from, to }) {
      const found = new Map<number, Map<number, { looks: number; latencies: Latencies }>>();
      for (const row of byHour.iterate(keyOf(from), keyOf(to))) {
        const { watched, hour, latency, looks } = HourRow.parse(row);
        const hours = found.get(watched) ?? new Map<number, { looks: number; latencies: Latencies }>();
        const began = timeOf(hour * keyBase * hourMs);
        const one = hours.get(began) ?? { looks: 0, latencies: new Map() };
        one.looks += looks;
        if (latency !== null) count(one.latencies, latency / 10, looks);
        found.set(watched, hours.set(began, one));
      }
      return found;
    },
    latencies(watched, { from, to }) {
      const counts: Latencies = new Map();
      for (const row of ofOne.iterate(keyOf(from), keyOf(to), watched)) {
        const { latency, looks } = Row.parse(row);
        count(counts, latency / 10, looks);
      }
      return counts;
    },
  };
}
