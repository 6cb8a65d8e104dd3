import { expect, test } from 'vitest';
import { dayMs, stretches, uptimeOf } from '#holding/health/store/timeline.ts';
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
