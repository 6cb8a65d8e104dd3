import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authority } from './authority.ts';

/** How the fake answers whoever has the right key. */
export type BraveAnswer =
  | 'results'
  | 'empty'
  | '401'
  | '402'
  | '403'
  | '422-parameter'
  | '429'
  | '429-quota'
  | '429-html'
  | '503'
  | 'silent'
  | 'cut-off'
  | 'huge';

/** Brave's search interface on loopback, behind a certificate for its name. */
export interface FakeBrave extends AsyncDisposable {
  readonly port: number;
  readonly key: string;
  /** How it answers from now on. */
  answer: BraveAnswer;
  /** What was asked, in order. */
  readonly asked: { readonly path: string; readonly query: string; readonly key: string }[];
}

export const braveHost = 'api.search.brave.com';

export async function startFakeBrave(authority: Authority): Promise<FakeBrave> {
  const asked: FakeBrave['asked'] = [];
  const fake = { key: `BSA-${crypto.randomUUID()}`, answer: 'results' as BraveAnswer, asked };
  const server = await authority.serve([braveHost], (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', `https://${braveHost}`);
    const key = keyOf(request);
    asked.push({ path: pathname, query: searchParams.get('q') ?? '', key });
    if (key === fake.key) reply({ response, pathname, answer: fake.answer, query: searchParams.get('q') ?? '' });
    else
      refuse(response, 422, {
        code: 'SUBSCRIPTION_TOKEN_INVALID',
        detail: 'The provided subscription token is invalid.',
      });
  });
  return Object.assign(fake, { port: server.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() });
}

function keyOf(request: IncomingMessage): string {
  const key = request.headers['x-subscription-token'];
  return typeof key === 'string' ? key : '';
}

interface Reply {
  readonly response: ServerResponse;
  readonly pathname: string;
  readonly query: string;
  readonly answer: BraveAnswer;
}

function reply({ response, pathname, query, answer }: Reply): void {
  const rates = { plan: 'Search', rate_limit: 1, rate_current: 1, quota_limit: 1000, component: 'rate_limiter' };
  switch (answer) {
    case 'results':
      return json(response, 200, resultsOf({ pathname, query, count: 3, length: 60 }));
    case 'empty':
      return json(response, 200, pathname.includes('/news/') ? { type: 'news', results: [] } : { type: 'search' });
    case 'huge':
      return json(response, 200, resultsOf({ pathname, query, count: 20, length: 500_000 }));
    case '401':
      return refuse(response, 401, { code: 'UNAUTHORIZED', detail: 'Authentication is required.' });
    case '402':
      return refuse(response, 402, { code: 'PAYMENT_REQUIRED', detail: 'Add a payment method.' });
    case '403':
      return refuse(response, 403, { code: 'RESOURCE_NOT_ALLOWED', detail: 'The plan has no news.' });
    case '422-parameter':
      return refuse(response, 422, { code: 'VALIDATION', detail: 'Unable to validate request parameter(s)' });
    case '429':
      return refuse(response, 429, { code: 'RATE_LIMITED', meta: { ...rates, quota_current: 9 } });
    case '429-quota':
      return refuse(response, 429, { code: 'RATE_LIMITED', meta: { ...rates, quota_current: 1000 } });
    case '503':
      return refuse(response, 503, { code: 'UNAVAILABLE', detail: 'Try again later.' });
    case '429-html':
      response.writeHead(429, { 'content-type': 'text/html' }).end('<html><h1>429 Too Many Requests</h1></html>');
      return;
    case 'cut-off':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 10_000 });
      response.write('{"type":"search","web":{"results":[{"title":"cut', () => response.destroy());
      return;
    case 'silent':
  }
}

function refuse(response: ServerResponse, status: number, error: Readonly<Record<string, unknown>>): void {
  json(response, status, { type: 'ErrorResponse', error: { id: crypto.randomUUID(), status, ...error } });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

interface Results {
  readonly pathname: string;
  readonly query: string;
  readonly count: number;
  readonly length: number;
}

function resultsOf({ pathname, query, count, length }: Results): unknown {
  const results = Array.from({ length: count }, (_, index) => ({
    type: 'search_result',
    title: `${query} ${index + 1}`,
    url: `https://site${index + 1}.example.org/${encodeURIComponent(query)}`,
    description: `What is said of ${query}. `.padEnd(length, 'x'),
    age: '2 days ago',
    page_age: '2026-03-01T12:00:00',
  }));
  return pathname.includes('/news/') ? { type: 'news', results } : { type: 'search', web: { type: 'search', results } };
}
