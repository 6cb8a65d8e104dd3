import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { messageOf } from '#lib/errors.ts';
import { root } from '#lib/paths.ts';
import type { Hub } from '#mcp/hub.ts';
import { installServer } from '#mcp/install.ts';
import { google as server } from '#mcp/servers/index.ts';
import { ask, changeRules, describeServer, hubOver, statusOf, type Surroundings } from '../../contract/server.ts';
import { makeAuthority } from '../../support/authority.ts';
import { googleHosts, startFakeGoogle, type CalendarAnswer, type FakeGoogle } from '../../support/fake-google.ts';
import { startUpstreamProxy } from '../../support/upstream-proxy.ts';

/** Kept between runs, for it is large. */
const installed = join(root, '.runtime', 'google-for-tests');
const why = await whyNotInstalled();

async function whyNotInstalled(): Promise<string | null> {
  try {
    const signal = AbortSignal.timeout(240_000);
    await installServer(server, { folder: installed, signal, tell: () => {} });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** The real server behind an office's proxy that leads to a fake of Google; signed in, with an access token that is over. */
async function surroundings(
  data: string,
): Promise<Surroundings & { readonly google: FakeGoogle; readonly tokens: string }> {
  const authority = await makeAuthority(data);
  const google = await startFakeGoogle(authority);
  const office = await startUpstreamProxy(Object.fromEntries(googleHosts.map((host) => [host, google.port])));
  mkdirSync(join(data, 'mcp', 'google', 'tokens'), { recursive: true });
  symlinkSync(join(installed, 'package'), join(data, 'mcp', 'google', 'package'));
  const client = join(data, 'client.json');
  writeFileSync(
    client,
    JSON.stringify({ installed: { client_id: 'omega', client_secret: 's', redirect_uris: ['http://localhost'] } }),
  );
  const tokens = join(data, 'mcp', 'google', 'tokens', 'tokens.json');
  const hourAgo = Date.now() - 3_600_000;
  writeFileSync(
    tokens,
    JSON.stringify({ normal: { access_token: 'old', refresh_token: google.refreshToken, expiry_date: hourAgo } }),
  );
  const variables = {
    HTTPS_PROXY: office.url,
    NODE_EXTRA_CA_CERTS: authority.caFile,
    GOOGLE_OAUTH_CREDENTIALS: client,
  };
  return {
    google,
    tokens,
    variables,
    refused: variables,
    refuse: () => {
      google.signedIn = false;
    },
    [Symbol.asyncDispose]: async () => {
      await office[Symbol.asyncDispose]();
      await google[Symbol.asyncDispose]();
    },
  };
}

test('its package could be installed', ({ skip }) => {
  if (why !== null) skip(why);
  expect(readFileSync(join(installed, 'package', 'package.json'), 'utf8')).toContain(server.install?.version);
});

describe.skipIf(why !== null)(`google${why === null ? '' : `: ${why}`}`, () => {
  describeServer({
    name: 'google',
    surroundings,
    call: { tool: 'list-calendars', args: () => ({}), says: 'Holidays' },
    forbidden: 'create-event',
  });

  interface Place {
    readonly hub: Hub;
    readonly google: FakeGoogle;
    readonly tokens: string;
  }

  async function place(prepare: (place: Omit<Place, 'hub'>) => void, rules = {}): Promise<Place> {
    const data = mkdtempSync(join(tmpdir(), 'omega-google-'));
    const { google, tokens, variables, [Symbol.asyncDispose]: close } = await surroundings(data);
    prepare({ google, tokens });
    changeRules(data, 'google', rules);
    const hub = await hubOver(data, variables);
    onTestFinished(async () => {
      await hub[Symbol.asyncDispose]();
      await close();
      rmSync(data, { recursive: true });
    });
    return { hub, google, tokens };
  }

  test('an access token that is over is renewed, and kept in its own folder', async () => {
    const { hub, google, tokens } = await place(() => {});
    expect((await ask(hub, 'google.list-calendars', {})).text).toContain('Holidays');
    expect(google.asked[0]).toBe('POST oauth2.googleapis.com/token');
    await expect.poll(() => readFileSync(tokens, 'utf8')).toContain(google.accessToken);
  });

  test.for([
    ['401', 'auth'],
    ['403', 'auth'],
    ['429', 'rate-limited'],
    ['500', 'tool-error'],
    ['silent', 'tool-error'],
  ] as const)('%s is %s', async ([answer, kind]) => {
    const { hub } = await place(({ google }) => void (google.answer = answer satisfies CalendarAnswer));
    await expect(ask(hub, 'google.list-calendars', {})).rejects.toMatchObject({ kind, delivery: 'replied' });
  });

  test('a host that is not on its list is refused by the egress proxy', async () => {
    const { hub, google } = await place(() => {}, { egress: ['other.example.org'] });
    await expect(ask(hub, 'google.list-calendars', {})).rejects.toMatchObject({ kind: 'tool-error' });
    expect(google.asked).toEqual([]);
  });

  test('a server that nobody signed in to starts, lists its tools, and is not usable', async () => {
    const { hub } = await place(({ tokens }) => rmSync(tokens));
    const status = await hub.probe('google', 3, AbortSignal.timeout(30_000));
    expect(status).toMatchObject({ reachable: { value: true }, usable: { value: false }, state: 'needs-auth' });
    expect(status.warning?.reason).toMatchObject({ en: 'nobody has signed in to Google yet' });
  });

  test("a sign-in of test mode is warned of before its seventh day, by Google's own word", async () => {
    const { hub, tokens } = await place(({ google }) => void (google.signInSeconds = 100_000));
    await ask(hub, 'google.list-calendars', {});
    await expect.poll(() => readFileSync(tokens, 'utf8')).toContain('refresh_token_expires_in');
    const { warning } = await hub.probe('google', 2, AbortSignal.timeout(30_000));
    const en: unknown = expect.stringMatching(/^the sign-in to Google ends at .* UTC, for the app is in test mode$/);
    expect(warning?.reason).toMatchObject({ en });
    expect(statusOf(hub, 'google').warning).toEqual(warning);
  });
});
