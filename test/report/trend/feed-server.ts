import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server with one feed, as the internet has them. */
export interface FeedServer extends AsyncDisposable {
  readonly url: string;
  items: readonly FeedItem[];
  /** Answers in another way than with the feed, where it returns true. */
  answer: ((request: IncomingMessage, reply: Reply) => void) | null;
  readonly requests: IncomingMessage[];
}

export interface FeedItem {
  readonly title: string;
  readonly body: string;
  readonly date?: Date;
}

export type Reply = (status: number, headers?: Readonly<Record<string, string>>, body?: string | Buffer) => void;

export async function serveFeed(): Promise<FeedServer> {
  const server = createServer((request, response) => {
    feed.requests.push(request);
    const reply: Reply = (status, headers = {}, body = '') => void response.writeHead(status, headers).end(body);
    if (feed.answer === null) reply(200, { 'content-type': 'application/rss+xml' }, rss(feed.items));
    else feed.answer(request, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const feed: FeedServer = {
    url: `http://127.0.0.1:${port}/feed`,
    items: [],
    answer: null,
    requests: [],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return feed;
}

/** RSS 2.0. */
export function rss(items: readonly FeedItem[]): string {
  const entries = items.map(
    ({ title, body, date }, n) =>
      `<item><guid>${n}</guid><title>${xml(title)}</title><description>${xml(body)}</description>` +
      `<link>https://feed.example/${n}</link>${date === undefined ? '' : `<pubDate>${date.toUTCString()}</pubDate>`}</item>`,
  );
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title>${entries.join('')}</channel></rss>`;
}

/** Atom 1.0. */
export function atom(items: readonly FeedItem[]): string {
  const entries = items.map(
    ({ title, body, date = new Date(0) }, n) =>
      `<entry><id>${n}</id><title>${xml(title)}</title><summary>${xml(body)}</summary>` +
      `<link href="https://feed.example/${n}"/><updated>${date.toISOString()}</updated></entry>`,
  );
  return `<feed xmlns="http://www.w3.org/2005/Atom"><title>A feed</title>${entries.join('')}</feed>`;
}

function xml(text: string): string {
  // What XML cannot hold, a feed cannot say.
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
