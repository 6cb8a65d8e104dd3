import { expect, test } from 'vitest';
import { dayMs, days90Of, stretches, uptimeOf, window90 } from '#holding/health/store/timeline.ts';
import { hour, minute, noon } from '../../support/health.ts';

const window = { from: noon, to: noon + 10 * hour };

test('before the first flip all is new, which is no history', () => {
  expect(stretches([], window)).toEqual([{ state: 'new', ...window }]);
  expect(uptimeOf(stretches([], window))).toBeNull();
});

test('the state in force at the beginning fills the window until the first flip within', () => {
  const flips = [
    { to: 'up', at: noon - dayMs },
    { to: 'down', at: noon + hour },
  ] as const;
  expect(stretches(flips, window)).toEqual([
    { state: 'up', from: noon, to: noon + hour },
    { state: 'down', from: noon + hour, to: window.to },
  ]);
});

test('flips that a clock set back has put out of order do not count any time twice', () => {
  const flips = [
    { to: 'up', at: noon },
    { to: 'down', at: noon + 2 * hour },
    { to: 'up', at: noon + hour },
  ] as const;
  expect(stretches(flips, window)).toEqual([
    { state: 'up', from: noon, to: noon + hour },
    { state: 'up', from: noon + hour, to: window.to },
  ]);
});

test('uptime is the share of the known time: unknown, blocked and paused time is left out', () => {
  const flips = [
    { to: 'up', at: noon },
    { to: 'unknown', at: noon + 3 * hour },
    { to: 'blocked', at: noon + 4 * hour },
    { to: 'degraded', at: noon + 9 * hour },
    { to: 'down', at: noon + 9 * hour + 30 * minute },
  ] as const;
  expect(uptimeOf(stretches(flips, window))).toBe(3.5 / 4);
});

test('each of 90 days has the worst state that it saw, and the run lengths add up to 90', () => {
  const last90 = window90(noon);
  const today = noon - 12 * hour;
  const flips = [
    { to: 'up', at: today - 3 * dayMs + hour },
    { to: 'down', at: today - dayMs + hour },
    { to: 'up', at: today - dayMs + 2 * hour },
  ] as const;
  const days = days90Of(stretches(flips, last90), last90);
  expect(days).toEqual([
    { state: 'new', days: 86 },
    { state: 'up', days: 2 },
    { state: 'down', days: 1 },
    { state: 'up', days: 1 },
  ]);
});
