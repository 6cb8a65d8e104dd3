import { assert, integer, pre, property } from 'fast-check';
import { expect, test } from 'vitest';
import { dueAt, quietUntil } from '#holding/health/alerts/quiet.ts';
import { hour, minute } from '../../support/health.ts';

const timezone = 'Europe/Amsterdam';
const night = { hours: { from: 23 * 60, to: 7 * 60 + 30 }, timezone };
const noise = { check: 'disk', urgent: false, sound: true };

function local(text: string): number {
  return Date.parse(text);
}

test('quiet hours lie on both sides of midnight', () => {
  const ends = local('2026-03-04T07:30+01:00');
  expect(quietUntil(local('2026-03-03T22:59+01:00'), night)).toBeNull();
  expect(quietUntil(local('2026-03-03T23:00+01:00'), night)).toBe(ends);
  expect(quietUntil(local('2026-03-04T00:00+01:00'), night)).toBe(ends);
  expect(quietUntil(local('2026-03-04T07:29+01:00'), night)).toBe(ends);
  expect(quietUntil(ends, night)).toBeNull();
});

test('quiet hours can lie within a day, and need not be', () => {
  const nap = { hours: { from: 13 * 60, to: 14 * 60 }, timezone };
  expect(quietUntil(local('2026-03-03T13:20+01:00'), nap)).toBe(local('2026-03-03T14:00+01:00'));
  expect(quietUntil(local('2026-03-03T14:20+01:00'), nap)).toBeNull();
  expect(quietUntil(local('2026-03-03T13:20+01:00'), { hours: undefined, timezone })).toBeNull();
});

test('the night in which the clocks go forward is an hour shorter, the other an hour longer', () => {
  const forward = local('2026-03-28T23:00+01:00');
  const back = local('2026-10-24T23:00+02:00');
  expect((quietUntil(forward, night) ?? 0) - forward).toBe(7.5 * hour);
  expect((quietUntil(back, night) ?? 0) - back).toBe(9.5 * hour);
});

test('quiet hours that end at a time which comes twice end at the second', () => {
  const untilHalfPastTwo = { hours: { from: 23 * 60, to: 150 }, timezone };
  const second = local('2026-10-25T02:30+01:00');
  expect(quietUntil(local('2026-10-25T02:40+02:00'), untilHalfPastTwo)).toBe(second);
  expect(quietUntil(local('2026-10-25T02:10+01:00'), untilHalfPastTwo)).toBe(second);
});

test('whenever it is, quiet hours end in the future, within a day and an hour, and then are over', () => {
  const minutes = integer({ min: 0, max: 24 * 60 - 1 });
  const time = integer({ min: local('2026-01-01T00:00Z'), max: local('2027-12-31T00:00Z') });
  assert(
    property(minutes, minutes, time, (from, to, now) => {
      pre(from !== to);
      const ends = quietUntil(now, { hours: { from, to }, timezone });
      if (ends === null) return;
      expect(ends).toBeGreaterThan(now);
      expect(ends - now).toBeLessThanOrEqual(25 * hour);
      expect(quietUntil(ends, { hours: { from, to }, timezone })).toBeNull();
    }),
    { numRuns: 300 },
  );
});

test('what is urgent or silent does not wait for the morning', () => {
  const now = local('2026-03-04T02:00+01:00');
  const quiet = { ...night, holds: [] };
  expect(dueAt(noise, quiet, now)).toBe(local('2026-03-04T07:30+01:00'));
  expect(dueAt({ ...noise, urgent: true }, quiet, now)).toBe(now);
  expect(dueAt({ ...noise, sound: false }, quiet, now)).toBe(now);
});

test('a snooze holds back its own check, or all, until it ends; into the quiet hours, until these end', () => {
  const now = local('2026-03-03T22:30+01:00');
  const hold = { check: 'disk', kind: 'snoozed', from: now, until: now + 20 * minute, why: '' } as const;
  expect(dueAt(noise, { ...night, holds: [hold] }, now)).toBe(hold.until);
  expect(dueAt({ ...noise, check: 'load' }, { ...night, holds: [hold] }, now)).toBe(now);
  expect(dueAt({ ...noise, check: 'load' }, { ...night, holds: [{ ...hold, check: null }] }, now)).toBe(hold.until);
  const long = { ...hold, until: now + hour };
  expect(dueAt(noise, { ...night, holds: [long] }, now)).toBe(local('2026-03-04T07:30+01:00'));
});

test('a snooze without an end waits for the owner', () => {
  const now = local('2026-03-03T22:30+01:00');
  const hold = { check: null, kind: 'snoozed', from: now, until: null, why: '' } as const;
  expect(dueAt(noise, { ...night, holds: [hold] }, now)).toBeGreaterThan(local('9999-01-01T00:00Z'));
});
