import { expect, test } from 'vitest';
import { writingIn } from '#holding/report/letters/writing.ts';

test.each([
  [-5, '0 ms', '0 ms'],
  [41_999, '41 secs', '41 sec'],
  [3_600_000, '1 hr', '1 uur'],
  [3_790_000, '1 hr, 3 mins', '1 uur, 3 min'],
  [90_000_000, '1 day, 1 hr', '1 dag, 1 uur'],
])('writes %i ms in its two largest units', (ms, en, nl) => {
  expect([writingIn('en', 'UTC').lasting(ms), writingIn('nl', 'UTC').lasting(ms)]).toEqual([en, nl]);
});

test('writes times by the clock on the owner’s wall', () => {
  expect(writingIn('nl', 'Europe/Amsterdam').time(Date.UTC(2026, 2, 3, 6))).toBe('3 mrt, 07:00');
});
