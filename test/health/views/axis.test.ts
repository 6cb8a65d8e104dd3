import { expect, test } from 'vitest';
import { ticksOf } from '#holding/health/views/axis.ts';

const hour = 3_600_000;
const day = 24 * hour;
const zone = 'Europe/Amsterdam';

function labels(to: number, ms: number, language: 'en' | 'nl' = 'en'): string[] {
  return ticksOf({ from: to - ms, to }, zone, language).map(({ label }) => label);
}

test('a day is labelled at round hours of the owner’s clock', () => {
  expect(labels(Date.UTC(2025, 10, 22, 8, 41), day)).toEqual(['12:00', '18:00', '00:00', '06:00']);
});

test.each([
  ['spring', Date.UTC(2026, 2, 29, 12)],
  ['autumn', Date.UTC(2026, 9, 25, 12)],
])('in the night of %s in which clocks change, no label is moved off its hour', (_, to) => {
  expect(labels(to, day)).toEqual(['18:00', '00:00', '06:00', '12:00']);
});

test('a month is labelled on Mondays, and longer windows at the beginning of months', () => {
  const to = Date.UTC(2025, 10, 22, 8, 41);
  expect(labels(to, 30 * day)).toEqual(['27 Oct', '3 Nov', '10 Nov', '17 Nov']);
  expect(labels(to, 90 * day)).toEqual(['Sept', 'Oct', 'Nov']);
  expect(labels(to, 365 * day, 'nl')).toEqual(['jan', 'apr', 'jul', 'okt']);
});

test('each label stands at its own midnight, whatever the offset was then', () => {
  const ticks = ticksOf({ from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 4, 15) }, zone, 'en');
  expect(ticks.map(({ at }) => new Date(at).toISOString())).toEqual([
    '2026-03-31T22:00:00.000Z',
    '2026-04-30T22:00:00.000Z',
  ]);
});
