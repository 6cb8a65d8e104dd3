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
  expect(barMarkup([...mixed], 'en')).toBe(
    '<svg role=img aria-label="68 days up, 2 down"><path d="M20 8h70"/><path class=down d="M70 8h1m18 0h1"/></svg>',
  );
});

test('a day that is drawn lower than one that was well stands on no ground of it', () => {
  const days = [
    { state: 'up', days: 2 },
    { state: 'unknown', days: 1 },
    { state: 'up', days: 87 },
  ] as const;
  expect(barMarkup([...days], 'en')).toContain('<path d="M0 8h2m1 0h87"/><path class=unknown d="M2 8h1"/>');
});

test('days before a thing was watched are drawn as no state', () => {
  expect(barMarkup([{ state: 'new', days: 90 }], 'en')).not.toContain('<path');
});

test('days in which a thing was not set up are drawn as no state, and told', () => {
  const days = [
    { state: 'off', days: 88 },
    { state: 'up', days: 2 },
  ] as const;
  expect(barMarkup([...days], 'en')).toBe('<svg role=img aria-label="2 days up"><path d="M88 8h2"/></svg>');
  expect(watchedDays([...days])).toBe(2);
});

test('the bars are told in words too, in either language', () => {
  expect(barText([...mixed], 'en')).toBe('68 days up, 2 down');
  expect(barText([...mixed], 'nl')).toBe('68 dagen goed, 2 storing');
  expect(
    barText(
      [
        { state: 'new', days: 89 },
        { state: 'up', days: 1 },
      ],
      'en',
    ),
  ).toBe('1 day up');
  expect(barText([{ state: 'new', days: 90 }], 'nl')).toBe('90 dagen niet bekeken');
});

test('a steady latency is a line through the middle, and a peak reaches the top', () => {
  expect(sparkMarkup([5, 5, 5])).toBe('<svg role=none><path d="M46 7h14"/></svg>');
  expect(sparkMarkup([5, 5, 10])).toBe('<svg role=none><path d="M46 7h7l7-6"/></svg>');
});

test.each([[[]], [[4]]])('latencies %j make no line', (latencies) => {
  expect(sparkMarkup(latencies)).toBe('');
});

test('latencies of nothing at all stay on the ground', () => {
  expect(sparkMarkup([0, 0])).toBe('<svg role=none><path d="M53 13h7"/></svg>');
});
