import { describe, expect, test } from 'vitest';
import type { LatencyPoint } from '#holding/health/views.ts';
import { axisWords, latencyWords, lasting } from '#site/lasting.ts';
import { bandPath, columnsPath, linePath, percentOf, placeOf, roundTop, stripPaths, topOf } from '#site/plot.ts';

const window = { from: 0, to: 100 };

function points(...values: readonly (number | null)[]): LatencyPoint[] {
  return values.map((value, index) => ({
    at: index * 10,
    latency: value === null ? null : { p50: value, p95: 2 * value, p99: 3 * value },
  }));
}

test('a moment is placed by its share of the window, and never beyond it', () => {
  expect([-5, 0, 25, 100, 130].map((at) => placeOf(at, window))).toEqual([0, 0, 250, 1000, 1000]);
  expect(percentOf(12.3, window)).toBe('12.3%');
});

test('the top of a scale is round', () => {
  expect([0, 0.25, 1, 1.1, 5, 10, 37, 180, 0.2].map(roundTop)).toEqual([1, 0.3, 1, 2, 6, 10, 40, 200, 0.2]);
});

test('one wild percentile does not flatten all else', () => {
  const wild: LatencyPoint = { at: 5, latency: { p50: 4, p95: 9, p99: 4000 } };
  expect(topOf([...points(4), wild])).toBe(30);
  expect(topOf([])).toBe(1);
});

describe('a line', () => {
  test('is broken where nothing was measured', () => {
    expect(linePath(points(1, 2, null, 4, 4), 'p50', { window, top: 4 })).toBe('M0 75L100 50M300 0L400 0');
  });

  test('shows a single point as a stroke', () => {
    expect(linePath(points(null, 2, null), 'p50', { window, top: 4 })).toBe('M100 50h6');
  });

  test('stays within its box', () => {
    expect(linePath(points(1, 900), 'p99', { window, top: 10 })).toBe('M0 70L100 0');
  });

  test('has an area around it for each stretch', () => {
    expect(bandPath(points(1, 2, null, 3), { window, top: 4 })).toBe('M0 50L100 0L100 50L0 75z');
  });
});

test('a strip is one path a state, and draws nothing of the time before it was watched', () => {
  const strip = [
    { state: 'new', cells: 5 },
    { state: 'up', cells: 3 },
    { state: 'down', cells: 1 },
    { state: 'up', cells: 2 },
  ] as const;
  expect(stripPaths(strip)).toEqual([
    { state: 'up', d: 'M5 8h3m1 0h2' },
    { state: 'down', d: 'M8 8h1' },
  ]);
});

test('columns stand on one another, and the smallest can be seen', () => {
  expect(
    columnsPath(
      [
        { from: 0, to: 5 },
        { from: 0, to: 0 },
      ],
      10,
    ),
  ).toBe('M250 100V50');
  expect(columnsPath([{ from: 5, to: 5.01 }], 10)).toBe('M500 50V48');
});

test('a length of time is told in two units and never rounded up', () => {
  const ms = [0, 999, 41_900, 125_000, 7_200_000, 86_399_999, 19.5 * 86_400_000];
  expect(ms.map((one) => lasting(one, 'en'))).toEqual([
    '0 ms',
    '999 ms',
    '41 s',
    '2 min 5 s',
    '2 h',
    '23 h 59 min',
    '19 d 12 h',
  ]);
  expect(lasting(7_260_000, 'nl')).toBe('2 u 1 min');
});

test('a latency has the figures that count', () => {
  expect([0, 0.04, 0.4, 4.22, 12.4, 340, 1234, 61_000].map((one) => latencyWords(one, 'en'))).toEqual([
    '0.0 ms',
    '0.04 ms',
    '0.4 ms',
    '4.2 ms',
    '12 ms',
    '340 ms',
    '1.2 s',
    '61 s',
  ]);
  expect([500, 5, 0.5, 2000].map((one) => axisWords(one, 'nl'))).toEqual(['500 ms', '5 ms', '0,5 ms', '2 s']);
  expect(latencyWords(4.22, 'nl')).toBe('4,2 ms');
});
