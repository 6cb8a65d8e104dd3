import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Hub } from '#mcp/hub.ts';
import { ask, describeServer, hubOver, statusOf, type Surroundings } from '../../contract/server.ts';
import { makeAuthority } from '../../support/authority.ts';
import { githubHost, startFakeGithub, type FakeGithub, type GithubAnswer } from '../../support/fake-github.ts';
import { startUpstreamProxy } from '../../support/upstream-proxy.ts';

/** GitHub's address, TLS and headers, behind an office's proxy that leads to a fake of it. */
async function surroundings(data: string): Promise<Surroundings & { readonly github: FakeGithub }> {
  const authority = await makeAuthority(data);
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, authority.ca]); // As NODE_EXTRA_CA_CERTS does at the start of a process.
  const github = await startFakeGithub(authority);
  const office = await startUpstreamProxy({ [githubHost]: github.port });
  const variables = { HTTPS_PROXY: office.url };
  return {
    github,
    variables: { ...variables, GITHUB_PERSONAL_ACCESS_TOKEN: github.token },
    refused: { ...variables, GITHUB_PERSONAL_ACCESS_TOKEN: 'github_pat_of_somebody_else' },
    [Symbol.asyncDispose]: async () => {
      setDefaultCACertificates(usual);
      await office[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
    },
  };
}

describeServer({
  name: 'github',
  surroundings,
  call: { tool: 'search_repositories', args: () => ({ query: 'omega' }), says: 'search_repositories' },
  forbidden: 'merge_pull_request',
});

describe('the github server', () => {
  async function place(answer: GithubAnswer): Promise<{ readonly hub: Hub; readonly github: FakeGithub }> {
    const data = mkdtempSync(join(tmpdir(), 'omega-github-'));
    const { github, variables, [Symbol.asyncDispose]: close } = await surroundings(data);
    github.answer = answer;
    const hub = await hubOver(data, variables);
    onTestFinished(async () => {
      await hub[Symbol.asyncDispose]();
      await close();
      rmSync(data, { recursive: true });
    });
    return { hub, github };
  }

  async function getMe(hub: Hub): Promise<string> {
    return (await ask(hub, 'github.get_me', {})).text;
  }

  test('is asked for read-only tools of four sets, on every request', async () => {
    const { hub, github } = await place('result');
    await getMe(hub);
    expect(github.headers.length).toBeGreaterThan(2);
    for (const headers of github.headers)
      expect(headers).toMatchObject({
        'x-mcp-readonly': 'true',
        'x-mcp-toolsets': 'context,repos,issues,pull_requests',
      });
  });

  test.for([
    ['401', 'auth'],
    ['403', 'auth'],
    ['429', 'rate-limited'],
    ['limited-text', 'rate-limited'],
    ['refused-text', 'auth'],
    ['huge', 'too-large'],
  ] as const)('%s is %s, and the token stands in no error', async ([answer, kind]) => {
    const { hub, github } = await place(answer);
    const error = await getMe(hub).then(String, (thrown: Error) => thrown);
    expect(error).toMatchObject({ kind, message: expect.not.stringContaining(github.token) });
  });

  test('a pause that GitHub asks for is kept', async () => {
    const { hub, github } = await place('429');
    await expect(getMe(hub)).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 7000 });
    github.answer = 'result';
    await expect(getMe(hub)).rejects.toMatchObject({ kind: 'rate-limited', delivery: 'not-sent' });
  });

  test('a session that GitHub no longer knows is begun anew, unseen by the caller', async () => {
    const { hub, github } = await place('result');
    await getMe(hub);
    github.forgetSessions();
    expect(await getMe(hub)).toContain('"login":"owner"');
  });

  test('a stream that is dropped is asked again, for reading twice is as good as once', async () => {
    const { hub, github } = await place('result');
    await getMe(hub);
    github.dropsNext = 1;
    expect(await getMe(hub)).toContain('"login":"owner"');
  });

  test('a stream that is always dropped ends as lost', async () => {
    const { hub } = await place('dropped-stream');
    await expect(getMe(hub)).rejects.toMatchObject({ kind: 'lost' });
    expect(statusOf(hub, 'github').lastError?.kind).toBe('lost');
  });
});
