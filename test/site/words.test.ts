import { expect, test } from 'vitest';
import { momentsIn } from '../../holding/health/views/wording.ts';
import { duration, scheduleWords, timesOf } from '#site/words.ts';

const timezone = 'Europe/Amsterdam';
const moment = momentsIn(timezone);
const times = timesOf({ timezone, generatedAt: moment(Date.UTC(2025, 10, 22, 8, 41)) });

test.each([
  ['on the same day', Date.UTC(2025, 10, 22, 6), '07:00', '07:00'],
  ['on the same day in the zone of the owner only', Date.UTC(2025, 10, 21, 23, 30), '00:30', '00:30'],
  ['in the same year', Date.UTC(2025, 9, 9, 12, 3), '9 Oct', '9 Oct 14:03'],
  ['in another year', Date.UTC(2024, 9, 9, 12, 3), '9 Oct 2024', '9 Oct 2024 14:03'],
])('a moment %s is written as short as it can be read', (...[, ms, short, full]) => {
  expect([times.short(moment(ms)), times.full(moment(ms))]).toEqual([short, full]);
});

test.each([
  [null, '–'],
  [0, '0 ms'],
  [0.2, '0 ms'],
  [3.6, '4 ms'],
  [412, '0.4 s'],
  [41_200, '41 s'],
  [740_000, '12 min'],
  [7_300_000, '2 h'],
  [19.5 * 86_400_000, '19 d'],
])('a length of %s milliseconds is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  ['* * * * * UTC', 'every minute'],
  ['10 * * * * * UTC', 'every minute'],
  ['*/5 * * * * UTC', 'every 5 minutes'],
  ['30 3 * * * Europe/Amsterdam', 'daily 03:30'],
  ['30 3 * * * UTC', 'daily 03:30 UTC'],
  ['30 3 * * 1 UTC', '30 3 * * 1 UTC'],
  ['0 9-17 * * * UTC', '0 9-17 * * * UTC'],
  ['*/10 * * * * * UTC', '*/10 * * * * * UTC'],
])('the schedule %s is called %s', (schedule, words) => {
  expect(scheduleWords(schedule)).toBe(words);
});
