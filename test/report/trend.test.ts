import { describe, expect, test } from 'vitest';
import bench, { trendsOf } from '../../bench/trend.ts';
import { barFor, changeOf } from '#holding/report/change.ts';
import { firstDayOf, weekOf } from '#holding/report/days.ts';
import { phraseOf, termsOf } from '#holding/report/terms.ts';
import { isBinary, textOfHtml } from '#holding/report/text.ts';
import type { Sighting } from '#holding/report/count.ts';
import { compare } from '#holding/report/trend.ts';

const today = 20_000;

function sighting(source: string, terms: readonly string[], more: Partial<Sighting> = {}): Sighting {
  return { channel: 'documents', kind: 'document', source, day: today, terms, ...more };
}

function many(count: number, make: (n: number) => Sighting): Sighting[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

describe('a topic in sixty documents', () => {
  test('that rises from none to eight sources is among the first ten in nine of ten seeded runs', async () => {
    const figures = await bench.run({ seconds: 1, tell: () => {}, signal: new AbortController().signal });
    expect(figures['hitAt10']).toBeGreaterThanOrEqual(9);
    expect(figures['falseTrends']).toBeLessThanOrEqual(10);
  });

  test('that rises to three sources is below the limit in each of them', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const { trends, belowLimit } = trendsOf(seed, 3);
      expect(trends.map(({ term }) => term)).not.toContain('stembusvlag reclame');
      expect(belowLimit.map(({ term }) => term)).toContain('stembusvlag reclame');
    }
  });
});

describe('a trend', () => {
  const before = many(20, (n) => sighting(`before-${n}`, ['shop'], { day: today - 8 }));

  test('is a term that more sources name than in the weeks before', () => {
    const now = many(20, (n) => sighting(`now-${n}`, n < 10 ? ['shop', 'boiler'] : ['shop']));
    const { trends } = compare({ sightings: () => [...before, ...now], today, topics: [] });
    expect(trends.map(({ term, tally }) => [term, tally.sources, tally.earlier])).toEqual([['boiler', 10, 0]]);
  });

  test('is nothing that one voice repeats, in however many items', () => {
    const of = { channel: 'https://a.example/feed', kind: 'feed', source: 'a.example' } as const;
    const old = many(20, (n) => sighting('a.example', ['shop'], { ...of, day: today - 8 - n }));
    const now = many(30, () => sighting('a.example', ['boiler'], of));
    const { trends, belowLimit } = compare({ sightings: () => [...before, ...old, ...now], today, topics: [] });
    expect(trends).toEqual([]);
    expect(belowLimit).toEqual([]);
  });

  test('needs an earlier week: without one there are counts only', () => {
    const now = many(20, (n) => sighting(`now-${n}`, ['boiler']));
    const found = compare({ sightings: () => now, today, topics: ['boiler'] });
    expect(found).toMatchObject({ trends: [], belowLimit: [], bar: null, weeksCompared: 0 });
    expect(found.topics).toEqual([{ topic: 'boiler', sources: 20, earlier: 0 }]);
  });

  test('does not come from a feed or a search that is new: it is counted, and said to be new', () => {
    const now = many(20, (n) => sighting(`s${n}.example`, ['boiler'], { kind: 'search', channel: 'search boiler' }));
    const found = compare({ sightings: () => [...before, ...now], today, topics: [] });
    expect(found.trends).toEqual([]);
    expect(found).toMatchObject({ newChannels: ['search boiler'], domains: 20 });
  });

  test('of a phrase is told once, not for each of its words', () => {
    const now = many(20, (n) => sighting(`now-${n}`, n < 10 ? ['solar', 'boiler', 'solar boiler'] : ['shop']));
    const { trends } = compare({ sightings: () => [...before, ...now], today, topics: [] });
    expect(trends.map(({ term }) => term)).toEqual(['solar boiler']);
  });
});

describe('the bar', () => {
  test('is raised until chance alone would hardly pass it, as the number of terms grows', () => {
    const room = { of: 30, earlierOf: 200 };
    const [few, thousands] = [
      barFor(room, new Map([[4, 3]])),
      barFor(
        room,
        new Map([
          [4, 3000],
          [6, 2000],
        ]),
      ),
    ];
    expect(thousands.strength).toBeGreaterThan(few.strength);
    expect(thousands.byChance).toBeLessThanOrEqual(0.5);
  });

  test('never keeps a rise from none to eight of thirty down', () => {
    expect(barFor({ of: 30, earlierOf: 30 }, new Map([[8, 5000]])).limit).toBeLessThanOrEqual(8);
  });

  test('holds a rise of few sources for less sure than the same of many', () => {
    const [few, many_] = [4, 40].map((n) => changeOf({ sources: n, of: 2 * n, earlier: n / 2, earlierOf: 2 * n }));
    expect(many_!.strength).toBeGreaterThan(few!.strength);
    expect(many_!.standardError).toBeLessThan(few!.standardError);
  });
});

test('weeks are seven days that end today', () => {
  expect([0, 6, 7, 90, 91, -1].map((ago) => weekOf(today - ago, today))).toEqual([0, 0, 1, 12, null, null]);
  expect(firstDayOf(1, today)).toBe(today - 13);
});

describe('terms', () => {
  test('are words that are no stop words of English or Dutch, and phrases of them', () => {
    expect([...termsOf('De zonneboiler is duur. The solar boiler costs 5000.')]).toEqual(
      expect.arrayContaining(['zonneboiler', 'duur', 'solar boiler']),
    );
    expect([...termsOf('de en the is 5000 a')]).toEqual([]);
  });

  test('go over no full stop, and stand in no address', () => {
    const terms = [...termsOf('Solar. Boiler https://evil.example/path')];
    expect(terms).toEqual(['solar', 'boiler']);
  });

  test('are the same with hidden characters in them', () => {
    expect([...termsOf('zon\u200Bne\u00ADboi\u2060ler')]).toEqual(['zonneboiler']);
  });

  test('of the owner’s are found with stop words in them', () => {
    expect(termsOf('All about the state of the art.', [phraseOf('State of the Art')])).toContain('state of the art');
  });
});

describe('text', () => {
  test('of HTML is without scripts, tags and comments', () => {
    const html =
      '<p>One &amp; two<script>alert("x")</script><!-- three --> <b>four</b> 5 < 6 &#233;</p><style>a{}</style>';
    expect(textOfHtml(html).replaceAll(/\s+/g, ' ').trim()).toBe('One & two four 5 6 é');
  });

  test.each(['<!--', '<script>', '<a ', '&#', '<<<<'])('of a hostile megabyte of %j takes no time', (piece) => {
    const start = performance.now();
    textOfHtml(piece.repeat(250_000));
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('is told from what is none', () => {
    expect([isBinary('plain café'), isBinary('a\0b'), isBinary('\uFFFD'.repeat(9)), isBinary('')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
