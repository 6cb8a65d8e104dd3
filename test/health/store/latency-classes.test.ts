import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addBytes, count, latencyOf, merge, toBytes, type Latencies } from '#holding/health/store/latency-classes.ts';

/** As observations have it: tenths of a millisecond, up to an hour. */
const answers = fc.array(
  fc.integer({ min: 1, max: 36_000_000 }).map((tenths) => tenths / 10),
  { minLength: 1 },
);

function counted(all: readonly number[]): Latencies {
  const counts: Latencies = new Map();
  for (const ms of all) count(counts, ms);
  return counts;
}

function readBack(bytes: Uint8Array | null): Latencies {
  const counts: Latencies = new Map();
  if (bytes !== null) addBytes(counts, bytes);
  return counts;
}

test('each percentile is within 5 % of that of the answers themselves', () => {
  fc.assert(
    fc.property(answers, (all) => {
      const sorted = all.toSorted((a, b) => a - b);
      const found = latencyOf(counted(all));
      expect(found?.looks).toBe(all.length);
      for (const [share, ms] of [
        [0.5, found?.p50],
        [0.95, found?.p95],
        [0.99, found?.p99],
        [1, found?.max],
      ] as const) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        expect(Math.abs((ms ?? 0) - exact) / exact).toBeLessThanOrEqual(0.05);
      }
    }),
  );
});

test('two counts added are the count of both, and come back from their bytes', () => {
  fc.assert(
    fc.property(answers, answers, (some, others) => {
      const both = counted(some);
      merge(both, counted(others));
      expect(both).toEqual(counted([...some, ...others]));
      expect(readBack(toBytes(both))).toEqual(both);
    }),
  );
});

test('nothing measured has neither bytes nor percentiles, and what took no time is 0', () => {
  expect(toBytes(new Map())).toBeNull();
  expect(latencyOf(new Map())).toBeNull();
  expect(latencyOf(counted([0]))).toEqual({ looks: 1, p50: 0, p95: 0, p99: 0, max: 0 });
});
