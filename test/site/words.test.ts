import { expect, test } from 'vitest';
import { momentsIn } from '../../holding/health/views/wording.ts';
import { tookWords } from '#site/lasting.ts';
import { scheduleWords, timesOf } from '#site/words.ts';

const timezone = 'Europe/Amsterdam';
const moment = momentsIn(timezone);
const generatedAt = moment(Date.UTC(2025, 10, 22, 8, 41));

test.each([
  ['on the same day', Date.UTC(2025, 10, 22, 6), '07:00', '07:00'],
  ['on the same day in the zone of the owner only', Date.UTC(2025, 10, 21, 23, 30), '00:30', '00:30'],
  ['in the same year', Date.UTC(2025, 9, 9, 12, 3), '9 Oct', '9 Oct 14:03'],
  ['in another year', Date.UTC(2024, 9, 9, 12, 3), '9 Oct 2024', '9 Oct 2024 14:03'],
])('a moment %s is written as short as it can be read', (...[, ms, short, full]) => {
  const times = timesOf({ timezone, generatedAt, language: 'en' });
  expect([times.short(moment(ms)), times.full(moment(ms))]).toEqual([short, full]);
});

test('months are the owner’s', () => {
  const times = timesOf({ timezone, generatedAt, language: 'nl' });
  expect(times.full(moment(Date.UTC(2025, 2, 9, 12, 3)))).toBe('9 mrt 13:03');
});

test.each([
  [null, '–', '–'],
  [-5, '0.0 ms', '0,0 ms'],
  [0.2, '0.2 ms', '0,2 ms'],
  [12, '12 ms', '12 ms'],
  [412, '412 ms', '412 ms'],
  [1210, '1.2 s', '1,2 s'],
  [59_999, '59 s', '59 s'],
  [740_000, '12 min 20 s', '12 min 20 s'],
  [7_300_000, '2 h 1 min', '2 u 1 min'],
  [19.5 * 86_400_000, '19 d 12 h', '19 d 12 u'],
])('what took %s milliseconds took %s, in Dutch %s', (ms, en, nl) => {
  expect([tookWords(ms, 'en'), tookWords(ms, 'nl')]).toEqual([en, nl]);
});

test.each([
  ['* * * * * UTC', 'every minute', 'elke minuut'],
  ['10 * * * * * UTC', 'every minute', 'elke minuut'],
  ['*/5 * * * * UTC', 'every 5 minutes', 'elke 5 minuten'],
  ['*/1 * * * * UTC', 'every minute', 'elke minuut'],
  ['7 * * * * UTC', 'hourly', 'elk uur'],
  ['30 3 * * * Europe/Amsterdam', 'daily 03:30', 'elke dag 03:30'],
  ['30 3 * * * UTC', 'daily 03:30 UTC', 'elke dag 03:30 UTC'],
  ['30 3 * * 1 UTC', '30 3 * * 1 UTC', '30 3 * * 1 UTC'],
  ['0 9-17 * * * UTC', '0 9-17 * * * UTC', '0 9-17 * * * UTC'],
  ['*/10 * * * * * UTC', '*/10 * * * * * UTC', '*/10 * * * * * UTC'],
])('the schedule %s is called %s, in Dutch %s', (schedule, en, nl) => {
  expect([scheduleWords(schedule, 'en'), scheduleWords(schedule, 'nl')]).toEqual([en, nl]);
});
