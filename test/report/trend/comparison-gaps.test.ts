import { expect, test } from 'vitest';
import { comparisonGaps } from '#holding/report/trend/comparison-gaps.ts';
import type { Comparison } from '#holding/report/trend/trend.ts';

const bar = { strength: 1.3, limit: 5, byChance: 0.1 };

function gapsOf(change: Partial<Comparison>): ReturnType<typeof comparisonGaps> {
  const comparison: Comparison = {
    trends: [],
    belowLimit: [],
    mostNamed: [],
    topics: [],
    bars: [bar],
    weeksCompared: 1,
    documents: 9,
    domains: 0,
    termsCompared: 9,
    fewest: 2,
    newChannels: [],
    ...change,
  };
  return comparisonGaps(comparison, 0);
}

const trend = {
  term: 'tea',
  voice: 'document',
  tally: { sources: 5, of: 9, earlier: 0, earlierOf: 9 },
  weeks: 1,
  change: { logOdds: 3, standardError: 1, strength: 2 },
  sources: [],
} as const;

test('a comparison that could do all has no gap', () => {
  expect(gapsOf({})).toEqual([]);
});

test.each<[string, Partial<Comparison>, { en: string; nl: string }]>([
  ['no week before', { bars: [] }, { en: 'nothing to compare with yet', nl: 'nog niets om mee te vergelijken' }],
  ['too few sources', { bars: [{ ...bar, limit: null }] }, { en: 'too few sources', nl: 'te weinig bronnen' }],
  [
    'one new feed',
    { newChannels: ['documents', 'https://a.example'] },
    {
      en: '1 feed or search is too new to compare: counted, but in no trend yet.',
      nl: '1 feed of zoekopdracht is te nieuw om te vergelijken: wel geteld, nog in geen trend.',
    },
  ],
  [
    'new feeds',
    { newChannels: ['https://a.example', 'https://b.example'] },
    {
      en: '2 feeds or searches are too new to compare',
      nl: '2 feeds of zoekopdrachten zijn te nieuw om te vergelijken',
    },
  ],
  ['too many terms', { fewest: 6 }, { en: 'fewer than 6 sources', nl: 'minder dan 6 bronnen' }],
  [
    'a trend too many',
    { trends: [trend] },
    { en: '1 weaker trend is not listed.', nl: '1 zwakkere trend staat er niet bij.' },
  ],
  [
    'trends too many',
    { trends: [trend, trend] },
    { en: '2 weaker trends are', nl: '2 zwakkere trends staan er niet bij.' },
  ],
])('%s is told in both languages', (_what, change, { en, nl }) => {
  expect(gapsOf(change)).toEqual([{ en: expect.stringContaining(en), nl: expect.stringContaining(nl) }]);
});
