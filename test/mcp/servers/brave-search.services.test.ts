import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Hub } from '#mcp/hub.ts';
import { ask, changeRules, describeServer, hubOver, statusOf, type Surroundings } from '../../contract/server.ts';
import { makeAuthority } from '../../support/authority.ts';
import { braveHost, startFakeBrave, type BraveAnswer, type FakeBrave } from '../../support/fake-brave.ts';
import { startUpstreamProxy, type UpstreamProxy } from '../../support/upstream-proxy.ts';

/** The real server, behind an office's proxy that leads to a fake of Brave. */
async function surroundings(
  data: string,
): Promise<Surroundings & { readonly brave: FakeBrave; readonly office: UpstreamProxy }> {
  const authority = await makeAuthority(data);
  const brave = await startFakeBrave(authority);
  const office = await startUpstreamProxy({ [braveHost]: brave.port });
  const variables = { HTTPS_PROXY: office.url, NODE_EXTRA_CA_CERTS: authority.caFile };
  return {
    brave,
    office,
    variables: { ...variables, BRAVE_API_KEY: brave.key },
    refused: { ...variables, BRAVE_API_KEY: 'BSA-of-somebody-else' },
    [Symbol.asyncDispose]: async () => {
      await office[Symbol.asyncDispose]();
      await brave[Symbol.asyncDispose]();
    },
  };
}

describeServer({
  name: 'brave-search',
  surroundings,
  call: {
    tool: 'brave_web_search',
    args: () => ({ query: 'heat pumps', count: 3 }),
    says: 'What is said of heat pumps.',
  },
  forbidden: 'brave_summarizer',
});

describe('the brave-search server', () => {
  interface Place {
    readonly hub: Hub;
    readonly brave: FakeBrave;
    readonly office: UpstreamProxy;
  }

  /** With other rules than the shipped ones, where a test would wait for these. */
  async function place(answer: BraveAnswer, rules: Readonly<Record<string, unknown>> = {}): Promise<Place> {
    const data = mkdtempSync(join(tmpdir(), 'omega-brave-'));
    changeRules(data, 'brave-search', rules);
    const { brave, office, variables, [Symbol.asyncDispose]: close } = await surroundings(data);
    brave.answer = answer;
    const hub = await hubOver(data, variables);
    onTestFinished(async () => {
      await hub[Symbol.asyncDispose]();
      await close();
      rmSync(data, { recursive: true });
    });
    return { hub, brave, office };
  }

  async function search(hub: Hub, tool = 'brave_web_search'): Promise<string> {
    return (await ask(hub, `brave-search.${tool}`, { query: 'heat pumps', count: 3 })).text;
  }

  test('brings news, with their age', async () => {
    const { hub, brave, office } = await place('results');
    expect(await search(hub, 'brave_news_search')).toContain('"age":"2 days ago"');
    expect(brave.asked).toEqual([{ path: '/res/v1/news/search', query: 'heat pumps', key: brave.key }]);
    expect(office.turnedAway()).toBe(0);
  });

  test.for(['brave_web_search', 'brave_news_search'])('finding nothing is no fault: %s', async (tool) => {
    const { hub } = await place('empty');
    expect(await search(hub, tool)).toMatch(/^(No web results found)?$/);
    expect(statusOf(hub, 'brave-search')).toMatchObject({ usable: { value: true }, lastError: null });
  });

  test.for([
    ['401', 'auth'],
    ['402', 'auth'],
    ['403', 'auth'],
    ['422-parameter', 'tool-error'],
    ['429', 'rate-limited'],
    ['429-quota', 'rate-limited'],
    ['429-html', 'rate-limited'],
    ['503', 'tool-error'],
    ['cut-off', 'tool-error'],
    ['huge', 'too-large'],
  ] as const)('%s is %s, and the key stands in no error', async ([answer, kind]) => {
    const { hub, brave } = await place(answer);
    const error = await search(hub).then(String, (thrown: Error) => thrown);
    expect(error).toMatchObject({ kind, delivery: 'replied', message: expect.not.stringContaining(brave.key) });
    expect(brave.asked).toHaveLength(1);
  });

  test('a silent Brave ends in a time-out, and was asked once', async () => {
    const { hub, brave } = await place('silent', { callMs: 2000 });
    await expect(search(hub)).rejects.toMatchObject({ kind: 'timeout' });
    expect(brave.asked).toHaveLength(1);
  });

  test('a pause that Brave asks for is kept: the next call is not sent', async () => {
    const { hub, brave } = await place('429-html');
    await expect(search(hub)).rejects.toMatchObject({ kind: 'rate-limited', delivery: 'replied' });
    brave.answer = 'results';
    await expect(search(hub)).rejects.toMatchObject({ kind: 'rate-limited', delivery: 'not-sent' });
    expect(brave.asked).toHaveLength(1);
  });

  test('a host that is not on its list is refused by the egress proxy', async () => {
    const { hub, brave, office } = await place('results', { egress: ['other.example.org'] });
    await expect(search(hub)).rejects.toMatchObject({
      kind: 'tool-error',
      message: expect.stringContaining('fetch failed'),
    });
    expect(brave.asked).toEqual([]);
    expect(office.asked).toEqual([]);
  });
});
