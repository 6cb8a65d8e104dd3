import { describe, expect, test } from 'vitest';
import bench, { trendsOf } from '../../../bench/trend.ts';
import { barFor, changeOf } from '#holding/report/trend/change.ts';
import { coverOfList } from '#holding/report/trend/coverage.ts';
import { firstDayOf, weekOf } from '#holding/report/trend/days.ts';
import { phraseOf, termsOf } from '#holding/report/trend/terms.ts';
import { isBinary, textOfHtml } from '#holding/report/trend/text.ts';
import type { CountOptions, Sighting } from '#holding/report/trend/count.ts';
import type { Day } from '#holding/report/trend/days.ts';
import { compare, type Comparison } from '#holding/report/trend/trend.ts';

const today = 20_000;

function sighting(source: string, terms: readonly string[], more: Partial<Sighting> = {}): Sighting {
  return { channel: 'documents', kind: 'document', source, day: today, terms, ...more };
}

const { signal } = new AbortController();

function comparison(sightings: readonly Sighting[], more: Partial<CountOptions> = {}): Promise<Comparison> {
  return compare({ sightings: () => sightings, covered: new Map(), today, topics: [], signal, ...more });
}

/** Channels that were looked at on each of so many days until today. */
function coveredFor(days: Readonly<Record<string, number>>): Map<string, Set<Day>> {
  return new Map(
    Object.entries(days).map(([channel, count]) => [
      channel,
      new Set(Array.from({ length: count }, (_, n) => today - n)),
    ]),
  );
}

function ofSearch(topic: string, source: string, more: Partial<Sighting>): Sighting {
  return sighting(source, ['ai agents'], { kind: 'search', channel: `search ${topic}`, ...more });
}

function many<Item>(count: number, make: (n: number) => Item): Item[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

describe('a topic in sixty documents', () => {
  test('that rises from none to eight sources is among the first ten in nine of ten seeded runs', async () => {
    const figures = await bench.run({ seconds: 1, tell: () => {}, signal: new AbortController().signal });
    expect(figures['hitAt10']).toBeGreaterThanOrEqual(9);
    expect(figures['falseTrends']).toBeLessThanOrEqual(10);
  });

  test('that rises to three sources is below the limit in each of them', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const { trends, belowLimit } = await trendsOf(seed, 3, signal);
      expect(trends.map(({ term }) => term)).not.toContain('stembusvlag reclame');
      expect(belowLimit.map(({ term }) => term)).toContain('stembusvlag reclame');
    }
  });
});

describe('a trend', () => {
  const before = many(20, (n) => sighting(`before-${n}`, ['shop'], { day: today - 8 }));

  test('is a term that more sources name than in the weeks before', async () => {
    const now = many(20, (n) => sighting(`now-${n}`, n < 10 ? ['shop', 'boiler'] : ['shop']));
    const { trends } = await comparison([...before, ...now]);
    expect(trends.map(({ term, tally }) => [term, tally.sources, tally.earlier])).toEqual([['boiler', 10, 0]]);
  });

  test('is nothing that one voice repeats, in however many items', async () => {
    const of = { channel: 'https://a.example/feed', kind: 'feed', source: 'a.example' } as const;
    const old = many(20, (n) => sighting('a.example', ['shop'], { ...of, day: today - 8 - n }));
    const now = many(30, () => sighting('a.example', ['boiler'], of));
    const { trends, belowLimit } = await comparison([...before, ...old, ...now], {
      covered: coveredFor({ [of.channel]: 30 }),
    });
    expect(trends).toEqual([]);
    expect(belowLimit).toEqual([]);
  });

  test('needs an earlier week: without one there are counts only', async () => {
    const now = many(20, (n) => sighting(`now-${n}`, ['boiler']));
    const found = await comparison(now, { topics: ['boiler'] });
    expect(found).toMatchObject({ trends: [], belowLimit: [], bars: [], weeksCompared: 0 });
    expect(found.topics).toEqual([{ topic: 'boiler', sources: 20, earlier: 0 }]);
  });

  test('does not come from a feed or a search that is new: it is counted, and said to be new', async () => {
    const now = many(20, (n) => sighting(`s${n}.example`, ['boiler'], { kind: 'search', channel: 'search boiler' }));
    const found = await comparison([...before, ...now]);
    expect(found.trends).toEqual([]);
    expect(found).toMatchObject({ newChannels: ['search boiler'], domains: 20 });
  });

  test('does not come from a new search that finds domains which were known already', async () => {
    const known = many(80, (n) => ofSearch('ai agents', `d${n % 20}.com`, { day: today - 7 * Math.floor(n / 20) }));
    const now = many(12, (n) => ofSearch('quantum', `d${n}.com`, { terms: ['quantum computing'] }));
    const covered = coveredFor({ 'search ai agents': 60, 'search quantum': 1 });
    const found = await comparison([...known, ...now], { covered, topics: ['quantum computing'] });
    expect(found.trends).toEqual([]);
    expect(found.newChannels).toEqual(['search quantum']);
    expect(found.topics[0]?.sources).toBe(12);
  });

  test('does not come from such a search a week later, when there are longer records of others', async () => {
    const known = many(260, (n) => ofSearch('ai agents', `d${n % 20}.com`, { day: today - 7 * Math.floor(n / 20) }));
    const now = many(24, (n) =>
      ofSearch('quantum', `d${n % 12}.com`, { terms: ['quantum computing'], day: today - 7 * (n % 2) }),
    );
    const covered = coveredFor({ 'search ai agents': 91, 'search quantum': 14 });
    const found = await comparison([...known, ...now], { covered });
    expect(found).toMatchObject({ trends: [], newChannels: [], weeksCompared: 1 });
  });

  test('does not come from documents of many weeks beside feeds that are known for one', async () => {
    const files = many(390, (n) => sighting(`${n}.md`, ['shop'], { day: today - 7 * Math.floor(n / 30) }));
    const feeds = many(16, (n) => {
      const channel = `https://f${n % 8}.example`;
      const source = `f${n % 8}.example`;
      return sighting(source, ['boiler'], { channel, source, kind: 'feed', day: today - 7 * Math.floor(n / 8) });
    });
    const covered = coveredFor(Object.fromEntries(feeds.map(({ channel }) => [channel, 14])));
    const found = await comparison([...files, ...feeds], { covered });
    expect(found).toMatchObject({ trends: [], documents: 30, domains: 8, newChannels: [] });
    expect(found.bars.length).toBe(2);
  });

  test('does not come from weeks of which feeds show only the end, after Omega was off for long', async () => {
    const feeds = many(8, (n) => `f${n}.example`);
    const now = feeds.flatMap((source) =>
      many(9, (n) => sighting(source, [n < 8 ? 'boiler' : 'shop'], { channel: source, kind: 'feed', day: today - n })),
    );
    const covered = new Map(feeds.map((feed) => [feed, new Set(Array.from({ length: 9 }, (_, n) => today - n))]));
    const old = feeds.map((source) => sighting(source, ['shop'], { channel: source, kind: 'feed', day: today - 60 }));
    const found = await comparison([...old, ...now], { covered });
    expect(found).toMatchObject({ trends: [], weeksCompared: 0 });
    expect(found.newChannels.length).toBe(8);
  });

  test('of a phrase is told once, not for each of its words', async () => {
    const now = many(20, (n) => sighting(`now-${n}`, n < 10 ? ['solar', 'boiler', 'solar boiler'] : ['shop']));
    const { trends } = await comparison([...before, ...now]);
    expect(trends.map(({ term }) => term)).toEqual(['solar boiler']);
  });
});

describe('what a feed shows covers', () => {
  test.each([
    ['all days back to its oldest item', [today, today - 3, today - 9], today - 9],
    ['no time before an item that is pinned to its top', [today - 60, today, today - 2], today - 2],
    ['only today, where its newest item is old', [today - 20], today],
    ['only today, where it is empty', [], today],
  ])('%s', (_why, days, from) => {
    expect(coverOfList('feed', days, today)).toEqual({ channel: 'feed', from, until: today });
  });
});

test('hundreds of long texts are compared in a bounded time, and others get their turn', async () => {
  const sightings = many(300, (n) =>
    sighting(`${n}.md`, [...termsOf(longText(n))], { day: today - (n % 10 === 0 ? 9 : 0) }),
  );
  let [worst, last] = [0, performance.now()];
  const watch = setInterval(() => {
    worst = Math.max(worst, performance.now() - last);
    last = performance.now();
  }, 5);
  const before = process.cpuUsage();
  await comparison(sightings);
  clearInterval(watch);
  const { user, system } = process.cpuUsage(before); // Not the clock’s time: other tests have their turn meanwhile.
  expect((user + system) / 1000).toBeLessThan(8000);
  expect(worst).toBeLessThan(1000); // Measured: 0.1 s; a machine that is busy with other things takes longer.
});

test('a comparison ends when it is told to', async () => {
  const sightings = many(90, (n) => sighting(`${n}.md`, [...termsOf(longText(n % 9))]));
  const controller = new AbortController();
  const running = comparison(sightings, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

/** Words by a law like Zipf's, in sentences of twelve. */
function longText(seed: number): string {
  let state = seed + 1;
  const random = (): number => {
    state = Math.imul(state ^ (state >>> 15), state | 1) + 0x6d_2b_79_f5;
    return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: 2500 }, (_, n) => {
    const word = `x${Math.floor(20_000 ** random())}`.replaceAll(/\d/g, (digit) => 'bkdfglmnpr'[Number(digit)] ?? '');
    return n % 12 === 11 ? `${word}.` : word;
  }).join(' ');
}

describe('the bar', () => {
  test('is raised until chance alone would hardly pass it, as the number of terms grows', () => {
    const room = { of: 30, earlierOf: 200 };
    const [few, thousands] = [
      barFor(room, new Map([[4, 3]]), 0.5),
      barFor(
        room,
        new Map([
          [4, 3000],
          [6, 2000],
        ]),
        0.5,
      ),
    ];
    expect(thousands.strength).toBeGreaterThan(few.strength);
    expect(thousands.byChance).toBeLessThanOrEqual(0.5);
  });

  test('never keeps a rise from none to eight of thirty down', () => {
    expect(barFor({ of: 30, earlierOf: 30 }, new Map([[8, 5000]]), 0.5).limit).toBeLessThanOrEqual(8);
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

  test('of one endless word are found at once', () => {
    const start = performance.now();
    termsOf('a'.repeat(262_144));
    expect(performance.now() - start).toBeLessThan(500);
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
