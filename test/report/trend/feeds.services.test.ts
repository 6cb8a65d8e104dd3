import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dayIn } from '#holding/report/trend/days.ts';
import { openFeedWay, type FeedWay } from '#holding/report/trend/fetch-feed.ts';
import { readFeeds, type FeedsOptions } from '#holding/report/trend/feeds.ts';
import { openSightings, type Sightings } from '#holding/report/trend/sightings.ts';
import { sayIn } from '#lib/language.ts';
import { silentLog } from '#lib/log.ts';
import { openEgress } from '#mcp/egress.ts';
import { atom, rss, serveFeed, type FeedServer } from './feed-server.ts';

const now = Date.UTC(2026, 10, 22, 12);
const dayOf = dayIn('UTC');
const today = dayOf(now);

let server: FeedServer;
let sightings: Sightings;
let way: FeedWay;

beforeEach(async () => {
  server = await serveFeed();
  sightings = openSightings(null, now);
  way = openFeedWay({ hosts: [new URL(server.url).host], proxy: null });
});

afterEach(async () => {
  sightings[Symbol.dispose]();
  await way[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function read(feeds = [server.url], by = way, more: Partial<FeedsOptions> = {}): ReturnType<typeof readFeeds> {
  const signal = AbortSignal.timeout(30_000);
  return readFeeds({
    unit: 'marketing',
    feeds,
    way: by,
    sightings,
    today,
    dayOf,
    topics: [],
    signal,
    msLeft: () => 30_000,
    ...more,
  });
}

const items = [
  { title: 'A <b>solar</b> boiler', body: '<p>Everybody asks for it.</p>', date: new Date(now - 3_600_000) },
  { title: 'Of next year', body: '', date: new Date(now + 400 * 86_400_000) },
  { title: 'Of long ago', body: '', date: new Date(0) },
  { title: 'Without a date', body: 'x' },
];

describe('a feed', () => {
  test.each([
    ['RSS', rss],
    ['Atom', atom],
  ])('in %s is read: what is recent, each item on its day', async (_name, write) => {
    server.answer = (_request, reply) => reply(200, {}, write(items));
    const { items: found, gaps } = await read();
    expect(gaps).toEqual([]);
    expect(found.slice(0, 2).map(({ title, day, source, kind }) => ({ title, day, source, kind }))).toEqual([
      { title: 'A solar boiler', day: today, source: '127.0.0.1', kind: 'feed' },
      { title: 'Of next year', day: today, source: '127.0.0.1', kind: 'feed' },
    ]);
    expect(found.map(({ title }) => title)).not.toContain('Of long ago');
    expect(found[0]?.terms.split('\n')).toEqual(expect.arrayContaining(['solar boiler', 'boiler']));
  });

  test('speaks with one voice, wherever its links lead', async () => {
    server.items = items;
    const { items: found } = await read();
    expect(new Set(found.map(({ source }) => source)).size).toBe(1);
  });

  test('that has not changed is not sent again, and still counts', async () => {
    server.answer = (request, reply) =>
      request.headers['if-none-match'] === '"1"' ? reply(304) : reply(200, { etag: '"1"' }, rss(items));
    const first = await read();
    const second = await read();
    expect(server.requests.length).toBe(2);
    expect(second.items.length).toBe(first.items.length);
  });

  test('keeps an item without a date on the day on which it was seen first', async () => {
    server.items = [{ title: 'Without a date', body: 'x' }];
    const { items: found } = await read();
    sightings.add('marketing', found, today);
    sightings.add('marketing', [{ ...found[0]!, day: today + 3 }], today + 3);
    expect([...sightings.all('marketing', today + 3)].map(({ day }) => day)).toEqual([today]);
  });

  test('says which days it covers, the same where it has not changed', async () => {
    server.answer = (request, reply) =>
      request.headers['if-none-match'] === '"1"' ? reply(304) : reply(200, { etag: '"1"' }, rss(items));
    const cover = { channel: server.url, from: today, until: today };
    expect((await read()).covers).toEqual([cover]);
    expect((await read()).covers).toEqual([cover]);
    server.answer = (_request, reply) => reply(503);
    expect((await read()).covers).toEqual([]);
  });

  test('of RSS may date its items as Dublin Core does', async () => {
    const date = new Date(now - 3 * 86_400_000).toISOString();
    const body = rss([{ title: 'x', body: 'y' }]).replace(
      '<link>',
      `<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">${date}</dc:date><link>`,
    );
    server.answer = (_request, reply) => reply(200, {}, body);
    expect((await read()).items.map(({ day }) => day)).toEqual([today - 3]);
  });

  test.each([
    ['', '/feed'],
    ['mailto:a@b.example', '/feed'],
    ['/a/b', '/a/b'],
    ['c?page=2', '/c?page=2'],
  ])('with the link %j is named without the key in its own address', async (link, place) => {
    server.answer = (_request, reply) =>
      reply(200, {}, rss([{ title: 'x', body: 'y' }]).replace(/<link>[^<]*/, `<link>${link}`));
    const { items: found } = await read([`${server.url}?key=SECRET`]);
    expect(found.map(({ url }) => url)).toEqual([new URL(place, server.url).href]);
    expect(JSON.stringify(found.map(({ url, title, lead }) => [url, title, lead]))).not.toContain('SECRET');
  });
});

describe('is a gap, and the other feeds go on', () => {
  const faults: Readonly<Record<string, [FeedServer['answer'], string, string]>> = {
    'an error': [(_request, reply) => reply(503), 'it answers 503', 'was niet te lezen: het antwoord is 503'],
    'no feed at all': [
      (_request, reply) => reply(200, {}, '<html>Hello</html>'),
      'Unrecognized feed format',
      'Unrecognized feed format',
    ],
    'half a feed': [
      (_request, reply) => reply(200, {}, rss(items).slice(0, 60)),
      'Invalid feed format',
      'Invalid feed format',
    ],
    'a feed with nothing in it': [
      (_request, reply) => reply(200, {}, rss([])),
      'it holds no items',
      'er staat niets in',
    ],
    'a giant': [(_request, reply) => reply(200, {}, 'x'.repeat(3_000_000)), 'larger than 2 MiB', 'groter dan 2 MiB'],
    'a small packet that unpacks to a giant': [
      (_request, reply) => reply(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(50_000_000))),
      'larger than 2 MiB',
      'groter dan 2 MiB',
    ],
    'a redirect to another host': [
      (_request, reply) => reply(302, { location: 'http://169.254.169.254/latest' }),
      'it redirects to 169.254.169.254, which the mandate does not allow',
      'de doorverwijzing leidt naar 169.254.169.254, en dat staat het mandaat niet toe',
    ],
    'a redirect to no web address': [
      (_request, reply) => reply(302, { location: 'file:///etc/passwd' }),
      'no web address',
      'geen webadres',
    ],
    'redirects without an end': [
      (_request, reply) => reply(302, { location: '/again' }),
      'more than 3 times',
      'meer dan 3 door',
    ],
  };

  test.each(Object.keys(faults))('%s', async (name) => {
    const [answer, message, dutch] = faults[name]!;
    await using other = await serveFeed();
    other.items = items;
    server.answer = answer;
    const { items: found, gaps } = await read([server.url, other.url]);
    expect(gaps).toEqual([{ en: expect.stringContaining(message), nl: expect.stringContaining(dutch) }]);
    expect(found.length).toBe(3);
  });

  test('one that is not asked because time is over, and one that answers too late', async () => {
    const gaps = [
      {
        en: expect.stringContaining('the time of this run was over'),
        nl: expect.stringContaining('de tijd voor dit rapport was om'),
      },
    ];
    expect(await read([server.url], way, { msLeft: () => 0 })).toEqual({ items: [], covers: [], gaps });
    expect(server.requests).toEqual([]);
    server.answer = () => {};
    expect((await read([server.url], way, { msLeft: () => 50 })).gaps).toEqual([
      {
        en: expect.stringContaining('it did not answer in time'),
        nl: expect.stringContaining('geen antwoord op tijd'),
      },
    ]);
  });

  test('a host that does not answer at all', async () => {
    const gone = await serveFeed();
    await gone[Symbol.asyncDispose]();
    const { gaps } = await read([gone.url]);
    expect(gaps.map(sayIn('en'))[0]).toContain('it cannot be reached');
  });

  test('several for the same reason are told as one', async () => {
    await using other = await serveFeed();
    server.answer = other.answer = (_request, reply) => reply(503);
    const { gaps } = await read([server.url, other.url]);
    expect(gaps).toEqual([
      {
        en: expect.stringMatching(/^2 feeds: \S+, \S+ could not be read: it answers 503$/),
        nl: expect.stringMatching(/^2 feeds \(\S+, \S+\) waren niet te lezen: het antwoord is 503$/),
      },
    ]);
  });
});

test('a redirect to a host that the mandate allows is followed', async () => {
  server.answer = (request, reply) =>
    request.url === '/feed' ? reply(301, { location: '/new' }) : reply(200, {}, rss(items));
  expect((await read()).items.length).toBe(3);
});

test('feeds go through the guarded way out, which passes the hosts of the mandate only', async () => {
  const { port } = new URL(server.url);
  const resolve = async (): Promise<[{ address: string; family: 4 }]> => [{ address: '127.0.0.1', family: 4 }];
  await using egress = await openEgress({ log: silentLog, resolve });
  const hosts = [`feed.example:${port}`];
  await using guarded = openFeedWay({ hosts, proxy: egress.urlFor('feeds-marketing', hosts) });
  server.items = items;
  const { items: found, gaps } = await read(
    [`http://feed.example:${port}/feed`, `http://other.example:${port}/feed`],
    guarded,
  );
  expect(found.length).toBe(3);
  expect(gaps.map(sayIn('en'))).toEqual([expect.stringMatching(/other\.example.*does not let it through/)]);
});
