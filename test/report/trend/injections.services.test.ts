import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readReport } from '#holding/report/trend/store.ts';
import type { Report } from '#holding/report/trend/report.ts';
import type { Hub, ToolCall, ToolResult } from '#mcp/hub.ts';
import { injections } from './injections.ts';
import { openField, type TrendField } from './field.ts';
import { serveFeed, type FeedServer } from './feed-server.ts';

/** What a run did, without what may differ: counts, quotes, and how long it took. */
interface Deed {
  readonly calls: readonly string[];
  readonly shape: string;
}

let server: FeedServer;
let field: TrendField;
let harmless: Deed;
let said = '';

/** The Filesystem server is real; the search engine lies on the internet, and answers here as the real server words it. */
function withSearch(hub: Hub): Pick<Hub, 'call' | 'servers'> {
  return {
    servers: () => hub.servers().map((one) => Object.assign(one, one.name === 'brave-search' ? { state: 'cold' } : {})),
    call: async (call) => (call.tool.startsWith('brave-search.') ? searchAnswer(call) : hub.call(call)),
  };
}

function searchAnswer({ tool }: ToolCall): ToolResult {
  const text = ['one', 'two', 'three', 'four', 'five']
    .map((name) =>
      JSON.stringify({ url: `https://${name}.example/`, title: said, description: `The solar boiler. ${said}` }),
    )
    .join('\n');
  return {
    text,
    structured: null,
    otherBlocks: [],
    callId: `search-${tool}`,
    sha256: 'f'.repeat(64),
    bytes: text.length,
    ms: 1,
  };
}

/** Five documents that name a topic and the text, beside others of the week before. */
async function runWith(text: string): Promise<{ deed: Deed; markdown: string; report: Report }> {
  said = text;
  server.items = [{ title: text, body: `The solar boiler. ${text}` }];
  for (let n = 0; n < 8; n += 1) {
    field.document(`before-${n}.md`, `Notes of last week, number ${n}.`, 9);
    // A file with a NUL in it is no text and not read at all: said by another test.
    field.document(`now-${n}.md`, `The solar boiler is coming to shop ${n}. ${text.replaceAll('\0', '')}`, 0);
  }
  const from = field.calls.length;
  const { result } = await field.report();
  const { report, markdown } = await readReport(field.paths.units, 'marketing', result.report);
  const calls = field.calls
    .slice(from)
    .map(({ tool, args, unit }) => JSON.stringify([tool, unit, { ...args, content: '' }]));
  return { deed: { calls: calls.toSorted(), shape: shapeOf(report) }, markdown, report };
}

/** Its names, and everything that is no count and no quote. */
function shapeOf(report: Report): string {
  const { id, kind, unit, title, engine, example, period, gaps, topics } = report;
  const parts = [id, kind, unit, title, engine, example, period, gaps, topics.map(({ topic }) => topic)];
  return JSON.stringify([Object.keys(report), Object.keys(report.claims[0] ?? {}), parts]);
}

beforeAll(async () => {
  server = await serveFeed();
  field = await openField({ wrap: withSearch });
  await field.mandate((text) => text.replace('feeds: []', `feeds: ["${server.url}"]`));
  await runWith('Nothing special was said.'); // The first run writes anew; each after it overwrites.
  harmless = (await runWith('Nothing at all was said.')).deed;
});

afterAll(async () => {
  await field[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe.each(injections)('%j in documents, feeds and search results', (text) => {
  test('changes neither calls, reach nor the report but for counts and quotes', async () => {
    const { deed, markdown, report } = await runWith(text);
    expect(deed.calls).toEqual(harmless.calls);
    expect(deed.shape).toBe(harmless.shape);
    expect(markdown).not.toMatch(/[\p{Cf}\p{Co}\p{Cs}]|!\[|(?<!\\)\]\(|<\w/u);
    expect(markdown.replaceAll(/^- `[^`]*`/gm, '')).not.toMatch(/:\/\/|(?<!\\)[[<]/);
    for (const { quotes } of report.claims)
      for (const quote of quotes) expect(quote.text.length).toBeLessThanOrEqual(200);
    expect((await field.mandates.standing('marketing')).state).toBe('shipped');
  });
});
