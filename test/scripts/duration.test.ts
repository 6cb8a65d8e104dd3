import { expect, test } from 'vitest';
import { inWords, parseDuration } from '../../scripts/duration.ts';

test('a length of time is told in its two largest units', () => {
  const told = [0, 999, 1000, 61_000, 3_600_000, 90_061_000].map(inWords);
  expect(told).toEqual(['0 s', '0 s', '1 s', '1 m 1 s', '1 h', '1 d 1 h']);
});

test('a length of time is read as people type it, and nothing else is', () => {
  expect(['90s', '5m', '1h', '2d'].map(parseDuration)).toEqual([90_000, 300_000, 3_600_000, 172_800_000]);
  expect(['', 'h', '1', '1w', '-1h', '1h30m'].map(parseDuration)).toEqual([null, null, null, null, null, null]);
});
