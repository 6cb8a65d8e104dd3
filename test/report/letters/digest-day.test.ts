import { expect, test } from 'vitest';
import { digestDayOf } from '#holding/report/letters/digest-day.ts';

const timezone = 'Europe/Amsterdam';
const dayOf = (iso: string, wallTime = '07:00'): string => {
  const { date, at } = digestDayOf(Date.parse(iso), { timezone, wallTime });
  return `${date} ${new Date(at).toISOString()}`;
};

test('is the last one from its hour on, and the one before until then', () => {
  expect(dayOf('2026-01-10T06:00:00Z')).toBe('2026-01-10 2026-01-10T06:00:00.000Z');
  expect(dayOf('2026-01-10T05:59:59Z')).toBe('2026-01-09 2026-01-09T06:00:00.000Z');
});

test('comes at seven by the clock on the wall on the days that are an hour shorter or longer', () => {
  expect(dayOf('2026-03-29T12:00:00Z')).toBe('2026-03-29 2026-03-29T05:00:00.000Z');
  expect(dayOf('2026-10-25T12:00:00Z')).toBe('2026-10-25 2026-10-25T06:00:00.000Z');
});

test('comes as well where the night skips its hour, and once where the night has it twice', () => {
  expect(dayOf('2026-03-29T12:00:00Z', '02:30')).toBe('2026-03-29 2026-03-29T01:30:00.000Z');
  expect(dayOf('2026-10-25T00:40:00Z', '02:30')).toBe('2026-10-25 2026-10-25T00:30:00.000Z');
  expect(dayOf('2026-10-25T01:40:00Z', '02:30')).toBe('2026-10-25 2026-10-25T00:30:00.000Z');
});
