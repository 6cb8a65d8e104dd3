import { fetch, ProxyAgent, type Dispatcher, type Response } from 'undici';
import { messageOf } from '#lib/errors.ts';
import { hostOf } from '../../swarm/mandate-authorize.ts';
import { FeedError } from './feed-error.ts';
import type { FeedCopy } from './sightings.ts';

/** How feeds are fetched: through the one guarded way out. */
export interface FeedWay extends AsyncDisposable {
  /** The feed as it is now; null: not changed since the copy. @throws FeedError */
  readonly fetch: (feed: string, copy: FeedCopy | null, signal: AbortSignal) => Promise<FeedCopy | null>;
}

export interface FeedWayOptions {
  /** Whom one may ask; a proxy of Omega's own holds to the same list. */
  readonly hosts: readonly string[];
  /** The proxy's address; null: directly, for tests. */
  readonly proxy: string | null;
}

const mostBytes = 2 * 1024 * 1024;
const timeoutMs = 15_000;
const mostRedirects = 3;

/** Opens a way to the feeds of one run. */
export function openFeedWay({ hosts, proxy }: FeedWayOptions): FeedWay {
  const dispatcher = proxy === null ? undefined : new ProxyAgent({ uri: proxy, proxyTunnel: true });
  return {
    fetch: async (feed, copy, signal) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const response = await follow(new URL(feed), { hosts, dispatcher, copy, signal: limited });
      if (response.status === 304 && copy !== null) return null;
      if (!response.ok) {
        await response.body?.cancel();
        throw new FeedError({ en: `it answers ${response.status}`, nl: `het antwoord is ${response.status}` });
      }
      return {
        etag: response.headers.get('etag'),
        lastModified: response.headers.get('last-modified'),
        body: await textOf(response),
      };
    },
    [Symbol.asyncDispose]: async () => dispatcher?.destroy(),
  };
}

interface Way {
  readonly hosts: readonly string[];
  readonly dispatcher: Dispatcher | undefined;
  readonly copy: FeedCopy | null;
  readonly signal: AbortSignal;
}

/** Redirects are followed by hand: each step must lead to a host that the mandate allows. */
async function follow(first: URL, { hosts, dispatcher, copy, signal }: Way): Promise<Response> {
  let url = first;
  for (let step = 0; step <= mostRedirects; step += 1) {
    const options = { signal, headers: headersFor(copy), ...(dispatcher === undefined ? {} : { dispatcher }) };
    const response = await fetch(url, { ...options, redirect: 'manual' }).catch((error: unknown) => {
      throw unreachable(error, url);
    });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    await response.body?.cancel();
    url = allowedTarget(location, url, hosts);
  }
  throw new FeedError({
    en: `it redirects more than ${mostRedirects} times`,
    nl: `er zijn meer dan ${mostRedirects} doorverwijzingen`,
  });
}

/** The proxy's own refusals come as words of the client's about tunnels. */
function unreachable(error: unknown, url: URL): FeedError {
  const said = messageOf(error);
  const status = /Proxy response \((\d+)\)/.exec(said)?.[1];
  if (status === '403')
    return new FeedError({
      en: `the guarded way out does not let it through to ${url.host}`,
      nl: `de bewaakte uitgang laat niets door naar ${url.host}`,
    });
  if (status !== undefined)
    return new FeedError({
      en: 'it cannot be reached; is there a network?',
      nl: 'niet te bereiken; is er een netwerk?',
    });
  if (error instanceof Error && error.name === 'TimeoutError')
    return new FeedError({
      en: `it did not answer in time, which is ${timeoutMs / 1000} s or what was left of the run's`,
      nl: `geen antwoord op tijd: binnen ${timeoutMs / 1000} s, of binnen de tijd die er nog was`,
    });
  return new FeedError({ en: `it cannot be reached: ${said}`, nl: `niet te bereiken: ${said}` });
}

function headersFor(copy: FeedCopy | null): Record<string, string> {
  const { etag = null, lastModified = null } = copy ?? {};
  return {
    accept: 'application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1',
    'user-agent': 'Omega-Singularity (a private reader of feeds)',
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
  };
}

function allowedTarget(location: string, from: URL, hosts: readonly string[]): URL {
  const url = URL.parse(location, from.href);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new FeedError({
      en: 'it redirects to what is no web address',
      nl: 'de doorverwijzing leidt naar iets wat geen webadres is',
    });
  if (from.protocol === 'https:' && url.protocol === 'http:')
    throw new FeedError({
      en: 'it redirects to a place without https',
      nl: 'de doorverwijzing leidt naar een plek zonder https',
    });
  if (hosts.some((pattern) => covers(pattern, hostOf(url)))) return url;
  throw new FeedError({
    en: `it redirects to ${url.hostname}, which the mandate does not allow; if that is its new home, write it there`,
    nl: `de doorverwijzing leidt naar ${url.hostname}, en dat staat het mandaat niet toe; is dat het nieuwe adres, zet het daar dan in`,
  });
}

function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

const noText = { en: 'it sends what is no text', nl: 'er komt iets wat geen tekst is' };
const tooLarge = {
  en: `it is larger than ${mostBytes / 1024 / 1024} MiB`,
  nl: `groter dan ${mostBytes / 1024 / 1024} MiB`,
};

/** Counted as it is unpacked, so that a small packet cannot become a giant. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    if (!(chunk instanceof Uint8Array)) throw new FeedError(noText);
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new FeedError(tooLarge);
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks), response.headers.get('content-type') ?? '');
}

/** By what the server says, else by what the document says of itself, else as UTF-8. */
function decode(body: Buffer, contentType: string): string {
  const beginning = body.subarray(0, 200).toString('latin1');
  const said = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? /encoding=["']([\w-]+)/i.exec(beginning)?.[1];
  try {
    return new TextDecoder(said).decode(body);
  } catch {
    return body.toString(); // An encoding that nobody knows is most often UTF-8 with a wrong name.
  }
}
