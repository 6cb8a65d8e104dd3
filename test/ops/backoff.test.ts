import { expect, test } from 'vitest';
import { createBackoff } from '#ops/backoff.ts';

test('three quick exits are forgiven, then the wait doubles from half a second to a minute', () => {
  const backoff = createBackoff();
  const waits = Array.from({ length: 13 }, () => backoff.afterExit(null));
  expect(waits).toEqual([0, 0, 0, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('an exit before ten seconds of ready counts, one after them forgives all', () => {
  const backoff = createBackoff();
  for (let exits = 0; exits < 5; exits += 1) backoff.afterExit(9999);
  expect(backoff.afterExit(9999)).toBe(2000);
  expect(backoff.afterExit(10_000)).toBe(0);
  expect([1, 2, 3, 4].map(() => backoff.afterExit(0))).toEqual([0, 0, 0, 500]);
});

test('a hand that restarts a service starts its count anew', () => {
  const backoff = createBackoff();
  for (let exits = 0; exits < 9; exits += 1) backoff.afterExit(null);
  backoff.reset();
  expect(backoff.afterExit(null)).toBe(0);
});
