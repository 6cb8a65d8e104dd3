import { expect, test } from 'vitest';
import { barText, pictureMarkup, watchedDays } from '#site/bars.ts';

const mixed = [
  { state: 'new', days: 20 },
  { state: 'up', days: 50 },
  { state: 'down', days: 1 },
  { state: 'up', days: 18 },
  { state: 'down', days: 1 },
] as const;

/** Of bars without a line. */
function barMarkup(days90: Parameters<typeof pictureMarkup>[0]['days90']): string {
  return pictureMarkup({ days90, latencies: [] }, 'en');
}

/** The line, which is the last path. */
function lineOf(latencies: readonly number[]): string | undefined {
  return /<path d=(\S*) \/><\/svg>$/.exec(pictureMarkup({ days90: [...mixed], latencies }, 'en'))?.[1];
}

test('each state is one path, whatever the number of its days', () => {
  expect(barMarkup([...mixed])).toBe(
    '<svg role=img aria-label="68 days up, 2 down"><path d=M20,8h70 /><path class=down d=M70,8h1m18,0h1 /><path/></svg>',
  );
});

test('a day that is drawn lower than one that was well stands on no ground of it', () => {
  const days = [
    { state: 'up', days: 2 },
    { state: 'unknown', days: 1 },
    { state: 'up', days: 87 },
  ] as const;
  expect(barMarkup([...days])).toContain('<path d=M0,8h2m1,0h87 /><path class=unknown d=M2,8h1 />');
});

test('days before a thing was watched are drawn as no state', () => {
  expect(barMarkup([{ state: 'new', days: 90 }])).not.toContain('<path');
});

test('days in which a thing was not set up are drawn as no state, and told', () => {
  const days = [
    { state: 'off', days: 88 },
    { state: 'up', days: 2 },
  ] as const;
  expect(barMarkup([...days])).toBe('<svg role=img aria-label="2 days up"><path d=M88,8h2 /><path/></svg>');
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
  expect(lineOf([5, 5, 5])).toBe('M46,7h14');
  expect(lineOf([5, 5, 10])).toBe('M46,7h7l7-6');
});

test.each([[[]], [[4]]])(
  'latencies %j make no line, and then the last path is empty, for it is never a bar',
  (latencies) => {
    expect(pictureMarkup({ days90: [...mixed], latencies }, 'en')).toMatch(/<path class=down [^>]*><path\/><\/svg>$/);
  },
);

test('latencies of nothing at all stay on the ground', () => {
  expect(lineOf([0, 0])).toBe('M53,13h7');
});
