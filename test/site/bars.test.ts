import { expect, test } from 'vitest';
import { barMarkup, barText, sparkMarkup, watchedDays } from '#site/bars.ts';

const mixed = [
  { state: 'new', days: 20 },
  { state: 'up', days: 50 },
  { state: 'down', days: 1 },
  { state: 'up', days: 18 },
  { state: 'down', days: 1 },
] as const;

test('each state is one path, whatever the number of its days', () => {
  expect(barMarkup([...mixed])).toBe(
    '<svg role=img aria-label="68 days up, 2 down, 20 not watched"><path d="M20 8h50m1 0h18"/><path class=down d="M70 8h1m18 0h1"/></svg>',
  );
});

test('days before a thing was watched are drawn as no state', () => {
  expect(barMarkup([{ state: 'new', days: 90 }])).not.toContain('<path');
});

test('days in which a thing was not set up are drawn as no state, and told', () => {
  const days = [
    { state: 'off', days: 88 },
    { state: 'up', days: 2 },
  ] as const;
  expect(barMarkup([...days])).toBe('<svg role=img aria-label="2 days up, 88 not set up"><path d="M88 8h2"/></svg>');
  expect(watchedDays([...days])).toBe(2);
});

test('the bars are told in words too, what was not watched last', () => {
  expect(barText([...mixed])).toBe('68 days up, 2 down, 20 not watched');
  expect(
    barText([
      { state: 'new', days: 89 },
      { state: 'up', days: 1 },
    ]),
  ).toBe('1 day up, 89 not watched');
});

test('a steady latency is a line through the middle, and a peak reaches the top', () => {
  expect(sparkMarkup([5, 5, 5])).toBe('<svg role=none><path d="M50 7h10"/></svg>');
  expect(sparkMarkup([5, 5, 10])).toBe('<svg role=none><path d="M50 7h5l5-6"/></svg>');
});

test.each([[[]], [[4]]])('latencies %j make no line', (latencies) => {
  expect(sparkMarkup(latencies)).toBe('');
});

test('latencies of nothing at all stay on the ground', () => {
  expect(sparkMarkup([0, 0])).toBe('<svg role=none><path d="M55 13h5"/></svg>');
});
