import { createHash } from 'node:crypto';
import { getDomain } from 'tldts';
import { messageOf } from '#lib/errors.ts';
import { translate, type Translated, type Words } from '#lib/language.ts';
import { cleanText, shorten } from '../../swarm/guard.ts';
import { forEachOf } from './caller.ts';
import { coverOfList, type Cover } from './coverage.ts';
import { daysKept, type Day } from './days.ts';
import type { Collected } from './documents.ts';
import { entriesOf, type Entry } from './feed-entries.ts';
import { FeedError } from './feed-error.ts';
import type { FeedWay } from './fetch-feed.ts';
import type { Item, Sightings } from './sightings.ts';
import { spokenOf } from './terms.ts';
import { textOfHtml } from './text.ts';

export interface FeedsOptions {
  readonly unit: string;
  readonly feeds: readonly string[];
  readonly way: FeedWay;
  readonly sightings: Pick<Sightings, 'feed' | 'keepFeed'>;
  readonly today: Day;
  readonly dayOf: (time: number) => Day;
  readonly topics: readonly string[];
  readonly signal: AbortSignal;
  /** So much time is left for feeds; none: what was not asked yet is a gap. */
  readonly msLeft: () => number;
}

const atATime = 4;
const mostText = 20_000;

/** Fetches the feeds of the mandate and reads what they hold; one that fails is a gap, and the others go on. */
export async function readFeeds(options: FeedsOptions): Promise<Collected> {
  const { feeds, signal, msLeft } = options;
  const [items, covers]: [Item[], Cover[]] = [[], []];
  const failed = new Map<string, Failure>();
  await forEachOf(feeds, { atATime, stop: () => signal.aborted }, async (feed) => {
    try {
      if (msLeft() <= 0) throw new FeedError(timeOver);
      const found = await readFeed(feed, options);
      items.push(...found);
      covers.push(
        coverOfList(
          feed,
          found.map(({ day }) => day),
          options.today,
        ),
      );
    } catch (error) {
      const why = translate(whyOf(error), (text) => shorten(cleanText(text), 200));
      const { places = [] } = failed.get(why.en) ?? {};
      failed.set(why.en, { why, places: [...places, shorten(placeOf(feed), 120)] });
    }
  });
  signal.throwIfAborted();
  const gaps = [...failed.values()].map(failureOf).toSorted((one, other) => (one.en < other.en ? -1 : 1));
  return { items, covers, gaps };
}

const timeOver = { en: 'the time of this run was over', nl: 'de tijd voor dit rapport was om' };
const noItems = { en: 'it holds no items', nl: 'er staat niets in' };

/** What others said of it stays as they said it. */
function whyOf(error: unknown): Words {
  return error instanceof FeedError ? error.words : messageOf(error);
}

/** Why feeds could not be read, and which. */
interface Failure {
  readonly why: Translated;
  readonly places: readonly string[];
}

function failureOf({ why, places }: Failure): Translated {
  const all = places.toSorted().join(', ');
  const feeds =
    places.length === 1
      ? { en: `The feed ${all}`, nl: `De feed ${all} was` }
      : { en: `${places.length} feeds: ${all}`, nl: `${places.length} feeds (${all}) waren` };
  return { en: `${feeds.en} could not be read: ${why.en}`, nl: `${feeds.nl} niet te lezen: ${why.nl}` };
}

/** As a person knows it, and without what may be a key in its query. */
function placeOf(feed: string): string {
  const { host, pathname } = new URL(feed);
  return cleanText(`${host}${pathname}`);
}

async function readFeed(feed: string, { unit, way, sightings, signal, msLeft, ...of }: FeedsOptions): Promise<Item[]> {
  const copy = sightings.feed(unit, feed);
  const fetched = await way.fetch(feed, copy, AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(msLeft()))]));
  const entries = entriesOf((fetched ?? copy)?.body ?? '');
  if (entries.length === 0) throw new FeedError(noItems);
  // Kept once it has been read: a broken one is asked for again.
  if (fetched !== null) sightings.keepFeed(unit, feed, fetched);
  const source = sourceOf(feed);
  return entries.map((entry) => itemOf(entry, { feed, source, ...of })).filter((item) => item !== null);
}

/**
 * Whoever writes a feed writes all of its items, wherever their links lead: so the feed's own registrable domain is the
 * one source of all of them.
 */
function sourceOf(feed: string): string {
  return getDomain(feed) ?? new URL(feed).hostname;
}

interface Of extends Pick<FeedsOptions, 'today' | 'dayOf' | 'topics'> {
  readonly feed: string;
  readonly source: string;
}

/** Null for what is too old to count. One without a date, or with one of the future, is of the day it was seen first. */
function itemOf({ id, title, html, link, date }: Entry, { feed, source, today, dayOf, topics }: Of): Item | null {
  const written = Date.parse(date);
  const day = Number.isFinite(written) ? Math.min(dayOf(written), today) : today;
  if (day <= today - daysKept) return null;
  const text = `${textOfHtml(title)}.\n\n${textOfHtml(html.slice(0, mostText))}`;
  return {
    channel: feed,
    source,
    kind: 'feed',
    key: createHash('sha256')
      .update(id || title)
      .digest('hex'),
    day,
    title: shorten(cleanText(textOfHtml(title)), 200),
    ...spokenOf(text, topics),
    url: webAddress(link, feed) ?? withoutKeys(feed),
    sha256: createHash('sha256').update(text).digest('hex'),
    callId: null,
  };
}

/** A key may stand in the query of the owner's feeds, and reports are sent on. */
function withoutKeys(feed: string): string {
  const { origin, pathname } = new URL(feed);
  return `${origin}${pathname}`;
}

/** Null where it is no web address; one that is relative is meant from the `base`. */
export function webAddress(text: string, base?: string): string | null {
  const url = text === '' ? null : URL.parse(text, base);
  if (url === null || !/^https?:$/.test(url.protocol) || url.href.length > 500) return null;
  url.username = '';
  url.password = '';
  return url.href;
}
