import { createHash } from 'node:crypto';
import { parseFeed } from 'feedsmith';
import { getDomain } from 'tldts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { cleanText, shorten } from '../../swarm/guard.ts';
import { forEachOf } from './caller.ts';
import { coverOfList, type Cover } from './coverage.ts';
import { daysKept, type Day } from './days.ts';
import type { Collected } from './documents.ts';
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
const mostItems = 100;
const mostText = 20_000;

/** Fetches the feeds of the mandate and reads what they hold; one that fails is a gap, and the others go on. */
export async function readFeeds(options: FeedsOptions): Promise<Collected> {
  const { feeds, signal, msLeft } = options;
  const [items, covers]: [Item[], Cover[]] = [[], []];
  const failed = new Map<string, string[]>();
  await forEachOf(feeds, { atATime, stop: () => signal.aborted }, async (feed) => {
    try {
      if (msLeft() <= 0) throw new OmegaError('the time of this run was over', { code: 'E_FEED' });
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
      const why = shorten(cleanText(messageOf(error)), 200);
      failed.set(why, [...(failed.get(why) ?? []), shorten(placeOf(feed), 120)]);
    }
  });
  signal.throwIfAborted();
  return { items, covers, gaps: [...failed].map(([why, places]) => failureOf(why, places)).toSorted() };
}

function failureOf(why: string, places: readonly string[]): string {
  const which = places.length === 1 ? 'The feed' : `${places.length} feeds:`;
  return `${which} ${places.toSorted().join(', ')} could not be read: ${why}`;
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
  if (entries.length === 0) throw new OmegaError('it holds no items', { code: 'E_FEED' });
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

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly html: string;
  readonly link: string;
  /** As it is written there. */
  readonly date: string;
}

/** Of RSS, RDF, Atom and JSON feeds the same few things. */
function entriesOf(body: string): Entry[] {
  const { format, feed } = parseFeed(body, { maxItems: mostItems });
  if (format === 'atom') {
    return (feed.entries ?? []).map((entry) => {
      const link = entry.links?.find(({ rel }) => rel === undefined || rel === 'alternate')?.href ?? '';
      return {
        id: entry.id ?? link,
        title: entry.title?.value ?? '',
        html: entry.summary?.value ?? entry.content?.value ?? '',
        link,
        date: entry.published ?? entry.updated ?? '',
      };
    });
  }
  if (format === 'json') {
    return (feed.items ?? []).map((item) => ({
      id: item.id ?? item.url ?? '',
      title: item.title ?? '',
      html: item.content_html ?? item.content_text ?? item.summary ?? '',
      link: item.url ?? '',
      date: item.date_published ?? '',
    }));
  }
  if (format === 'rdf') {
    return (feed.items ?? []).map((item) => ({
      id: item.link ?? item.title ?? '',
      title: item.title ?? '',
      html: item.description ?? '',
      link: item.link ?? '',
      date: item.dc?.dates?.[0] ?? '',
    }));
  }
  return (feed.items ?? []).map((item) => ({
    id: item.guid?.value ?? item.link ?? item.title ?? '',
    title: item.title ?? '',
    html: item.description ?? item.content?.encoded ?? '',
    link: item.link ?? '',
    date: item.pubDate ?? item.dc?.dates?.[0] ?? '',
  }));
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
