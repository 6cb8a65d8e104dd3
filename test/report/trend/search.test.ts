import { expect, test } from 'vitest';
import { createCaller, type Caller } from '#holding/report/trend/caller.ts';
import { searchTopics, type SearchOptions } from '#holding/report/trend/search.ts';
import { sayIn } from '#lib/language.ts';
import type { Hub, ServerStatus, ToolResult } from '#mcp/hub.ts';
import { ToolError } from '#mcp/tool-error.ts';

const signal = new AbortController().signal;

/** Results as the real server words them: a line of JSON each. */
const lines = [
  JSON.stringify({ url: 'https://www.one.example/a', title: 'Solar <b>boiler</b>', description: 'News of it.' }),
  JSON.stringify({ url: 'https://news.two.co.uk/b', title: 'Solar boiler' }),
  JSON.stringify({ url: 'javascript:alert(1)', title: 'No address' }),
  JSON.stringify({ url: 'http://127.0.0.1/', title: 'No domain' }),
  JSON.stringify({ title: 'Nothing' }),
  'Summarizer key: x',
].join('\n');

function hubWith(state: string, answer: () => string): Pick<Hub, 'call' | 'servers'> & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    servers: () => [{ name: 'brave-search', state } as ServerStatus],
    call: async ({ tool, args }): Promise<ToolResult> => {
      asked.push(`${tool} ${String(args['query'])}`);
      const text = answer();
      return { text, structured: null, otherBlocks: [], callId: 'c', sha256: 's', bytes: text.length, ms: 1 };
    },
  };
}

function callerOf(hub: Pick<Hub, 'call'>, maxPerRun: number): Caller {
  const names = ['brave-search.brave_web_search', 'brave-search.brave_news_search'];
  const tools = names.map((name) => ({ name, level: 'auto' as const, maxPerRun }));
  const mandate = { tools, budget: { toolCalls: 100, wallMs: 1000 } };
  return createCaller({ hub, unit: 'marketing', run: 'r', mandate, signal });
}

function search(
  hub: Pick<Hub, 'call' | 'servers'>,
  more: Partial<SearchOptions> = {},
): ReturnType<typeof searchTopics> {
  const usual = {
    hub,
    caller: callerOf(hub, 9),
    topics: ['solar boiler', 'Short Video'],
    today: 20_000,
    signal,
    msLeft: () => 1000,
  };
  return searchTopics({ ...usual, ...more });
}

test('asks for each topic once in web and news, and counts each result for its registrable domain', async () => {
  const hub = hubWith('cold', () => lines);
  const { items, covers, gaps } = await search(hub);
  expect(gaps).toEqual([]);
  expect(covers).toHaveLength(4);
  expect(hub.asked).toHaveLength(4);
  expect(items.slice(0, 2).map(({ source, title, channel }) => ({ source, title, channel }))).toEqual([
    { source: 'one.example', title: 'Solar boiler', channel: 'brave-search.brave_web_search solar boiler' },
    { source: 'two.co.uk', title: 'Solar boiler', channel: 'brave-search.brave_web_search solar boiler' },
  ]);
  expect(items).toHaveLength(8);
});

test.each([
  ['needs-auth', 'BRAVE_API_KEY', 'sleutel van Brave'],
  ['disabled', 'is not set up', 'is niet ingesteld'],
])('a server that is %s is not asked, and that is a gap', async (state, en, nl) => {
  const hub = hubWith(state, () => lines);
  const gap = { en: expect.stringContaining(en), nl: expect.stringContaining(nl) };
  expect(await search(hub)).toEqual({ items: [], covers: [], gaps: [gap] });
  expect(hub.asked).toEqual([]);
});

test('keeps to what the mandate allows in a run, and says what was not asked', async () => {
  const hub = hubWith('ready', () => lines);
  const { gaps } = await search(hub, { caller: callerOf(hub, 1) });
  expect(hub.asked).toHaveLength(2);
  expect(gaps.map(sayIn('en'))).toEqual([
    'Topics not searched with brave_web_search: 1; the mandate allows no more calls of it.',
    'Topics not searched with brave_news_search: 1; the mandate allows no more calls of it.',
  ]);
});

test('asks no more once the time for it is over, and says what was not asked', async () => {
  const hub = hubWith('ready', () => lines);
  let left = 2;
  const { gaps } = await search(hub, { msLeft: () => left-- });
  expect(hub.asked).toHaveLength(2);
  const en = 'Topics not searched with brave_news_search: 2; the time of this run was over.';
  const nl = 'Onderwerpen die niet zijn gezocht met brave_news_search: 2; de tijd voor dit rapport was om.';
  expect(gaps).toEqual([{ en, nl }]);
});

test('a search that fails is a gap and the others go on; a refused key is not tried again', async () => {
  const limited = hubWith('ready', () => {
    throw new ToolError('too many', { kind: 'rate-limited', delivery: 'not-sent' });
  });
  expect((await search(limited)).gaps).toHaveLength(4);
  const refused = hubWith('ready', () => {
    throw new ToolError('no such key', { kind: 'auth', delivery: 'replied' });
  });
  expect((await search(refused)).gaps).toHaveLength(2);
});
