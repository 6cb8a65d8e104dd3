import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sayIn, type Words } from '#lib/language.ts';
import { root } from '#lib/paths.ts';
import { ConfigFile } from '#mcp/config-schema.ts';
import * as servers from '#mcp/servers/index.ts';

const { filesystem, braveSearch, github, google } = servers;
const say = sayIn('en');
const shipped = ConfigFile.parse(JSON.parse(readFileSync(join(root, 'mcp.json'), 'utf8'))).mcpServers;

describe('the shipped mcp.json', () => {
  test('has an entry for each server that Omega knows, and no other', () => {
    expect(Object.keys(shipped).toSorted()).toEqual(
      Object.values(servers)
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  test.for(Object.entries(shipped))('%s is pinned, probed, bounded, and reaches named hosts only', ([, entry]) => {
    expect(entry.omega).toMatchObject({ pin: 'enforce', probe: { everyMs: 21_600_000 } });
    expect(entry.omega.egress).toBeDefined();
    expect(entry.omega.egress).not.toContain('*');
    expect(entry.omega.allow).not.toContain('*');
  });

  test('allows nothing that changes what is not ours, or moves or edits a file', () => {
    const writing = /create|update|delete|move|edit|respond|manage|merge|push|write/;
    const allowed = Object.values(shipped).flatMap(({ omega }) => omega.allow.filter((tool) => writing.test(tool)));
    expect(allowed).toEqual(['write_file', 'create_directory']);
  });

  test('files may be written in reports alone, so that no mandate can be', () => {
    expect(shipped['filesystem']!.omega.write).toEqual(['${OMEGA_DATA_DIR}/units/marketing/reports']);
  });

  test("Brave's limits stay within its free thousand calls a month, with probes", () => {
    expect(shipped['brave-search']!.omega.rate).toEqual([
      { count: 1, window: 's' },
      { count: 30, window: 'day' },
      { count: 900, window: 'month' },
    ]);
  });
});

describe('what a call of the filesystem server touches', () => {
  test.for([
    ['read_text_file', { path: '/data/units/a/../b/x.md' }, { reads: ['/data/units/b/x.md'], writes: [] }],
    ['read_multiple_files', { paths: ['/a', '/b/'] }, { reads: ['/a', '/b'], writes: [] }],
    ['write_file', { path: '/data/r.md', content: 'x' }, { reads: [], writes: ['/data/r.md'] }],
    ['create_directory', { path: '/data/reports/' }, { reads: [], writes: ['/data/reports'] }],
    ['edit_file', { path: '/a', edits: [] }, { reads: ['/a'], writes: ['/a'] }],
    ['move_file', { source: '/a', destination: '/b' }, { reads: [], writes: ['/a', '/b'] }],
    ['list_allowed_directories', {}, { reads: [], writes: [] }],
  ] as const)('%s', ([tool, args, expected]) => {
    expect(filesystem.reach!(tool, args)).toEqual(expected);
  });

  test.for([
    ['a tool that it does not know', 'copy_file', { path: '/a' }],
    ['no path', 'read_text_file', {}],
    ['a path that is no text', 'read_text_file', { path: 7 }],
    ['no paths', 'read_multiple_files', { paths: [] }],
    ["a path that the server completes with the owner's home", 'read_text_file', { path: '~/.ssh/id_ed25519' }],
    ['a path that the server completes with its own folders', 'write_file', { path: 'marketing/mandate.md' }],
    ['one such path among others', 'read_multiple_files', { paths: ['/a', 'b'] }],
    ['half a move', 'move_file', { source: '/a' }],
  ] as const)('%s counts as everything', ([, tool, args]) => {
    expect(filesystem.reach!(tool, args)).toBeNull();
  });
});

describe('what an error of Brave means', () => {
  const limits = (current: number): string => `{\n "quota_limit": 1000,\n "quota_current": ${current}\n}`;
  test.for([
    ['No web results found', { kind: 'empty' }],
    ['Body is unusable: Body has already been read', { kind: 'rate-limited', retryAfterMs: 60_000 }],
    [`429 Too Many Requests\n${limits(9)}`, { kind: 'rate-limited', retryAfterMs: 1000 }],
    [`429 Too Many Requests\n${limits(1000)}`, { kind: 'rate-limited', retryAfterMs: 21_600_000 }],
    ['401 Unauthorized\n{}', { kind: 'auth' }],
    ['402 Payment Required\n{}', { kind: 'auth' }],
    ['403 Forbidden\n{}', { kind: 'auth' }],
    ['422 Unprocessable Entity\n{ "code": "SUBSCRIPTION_TOKEN_INVALID" }', { kind: 'auth' }],
    ['422 Unprocessable Entity\n{ "code": "VALIDATION" }', { kind: 'tool-error' }],
    ['503 Service Unavailable\n{}', { kind: 'tool-error' }],
    ['fetch failed', { kind: 'tool-error' }],
    ['A page that says: 429 Too Many Requests', { kind: 'tool-error' }],
  ] as const)('%s', ([text, expected]) => {
    expect(braveSearch.readError!(text)).toEqual(expected);
  });
});

describe('what an error of GitHub means', () => {
  const limited = 'failed to search: GET https://api.github.com/search: 403 API rate limit of 5000 still exceeded';
  test.for([
    [`${limited} [rate reset in 12m05s]`, { kind: 'rate-limited', retryAfterMs: 725_000 }],
    [`${limited} [rate reset in 1h0m1s]`, { kind: 'rate-limited', retryAfterMs: 3_601_000 }],
    [
      'POST https://api.github.com/x: 403 You have exceeded a secondary rate limit.',
      { kind: 'rate-limited', retryAfterMs: 60_000 },
    ],
    ['failed to get user: GET https://api.github.com/user: 401 Bad credentials []', { kind: 'auth' }],
    ['GET https://api.github.com/x: 404 Not Found []', { kind: 'tool-error' }],
    ['GET https://api.github.com/x: 403 Resource not accessible by personal access token []', { kind: 'tool-error' }],
  ] as const)('%s', ([text, expected]) => {
    expect(github.readError!(text)).toEqual(expected);
  });
});

describe("the warning of Google's sign-in", () => {
  const dayMs = 86_400_000;
  const signedInAt = Date.UTC(2026, 2, 1, 12);
  const testMode = { refresh_token: 'r1', expiry_date: signedInAt + 3_600_000, refresh_token_expires_in: 604_800 };

  interface Place {
    readonly write: (account: object) => void;
    readonly warn: (now: number) => Promise<{ reason: Words; command: string } | null>;
    readonly folder: string;
  }

  function place(): Place {
    const folder = mkdtempSync(join(tmpdir(), 'omega-google-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'tokens'));
    const file = join(folder, 'tokens', 'tokens.json');
    const env = { GOOGLE_CALENDAR_MCP_TOKEN_PATH: file, GOOGLE_OAUTH_CREDENTIALS: '/home/owner/client.json' };
    return {
      folder,
      write: (account) => writeFileSync(file, JSON.stringify({ normal: account })),
      warn: (now) => google.warn!({ env, folder, now }),
    };
  }

  test('is silent in the first five days, and then says when it ends and how to renew it', async () => {
    const { write, warn, folder } = place();
    write(testMode);
    expect(await warn(signedInAt)).toBeNull();
    expect(await warn(signedInAt + 5 * dayMs - 1)).toBeNull();
    const warning = await warn(signedInAt + 5 * dayMs);
    expect(say(warning?.reason ?? '')).toBe(
      'the sign-in to Google ends at 2026-03-08 12:00 UTC, for the app is in test mode',
    );
    expect(warning?.command).toContain("GOOGLE_OAUTH_CREDENTIALS='/home/owner/client.json'");
    expect(warning?.command).toContain(
      `'${folder}/package/node_modules/@cocal/google-calendar-mcp/build/index.js' auth`,
    );
  });

  test('says so when it has ended', async () => {
    const { write, warn } = place();
    write(testMode);
    expect(say((await warn(signedInAt + 8 * dayMs))?.reason ?? '')).toContain('ended at 2026-03-08 12:00 UTC');
  });

  test('is not put off by an access token that was renewed meanwhile', async () => {
    const { write, warn } = place();
    write(testMode);
    await warn(signedInAt);
    write({ ...testMode, expiry_date: signedInAt + 6 * dayMs });
    expect(say((await warn(signedInAt + 6 * dayMs))?.reason ?? '')).toContain('2026-03-08 12:00');
  });

  test('begins anew with another sign-in', async () => {
    const { write, warn } = place();
    write(testMode);
    await warn(signedInAt);
    write({ ...testMode, refresh_token: 'r2', expiry_date: signedInAt + 6 * dayMs });
    expect(await warn(signedInAt + 6 * dayMs)).toBeNull();
  });

  test('is none for an app in production, whose sign-in does not end', async () => {
    const { write, warn } = place();
    write({ refresh_token: 'r1', expiry_date: signedInAt });
    expect(await warn(signedInAt + 400 * dayMs)).toBeNull();
  });

  test.for(['', '{', '{}', '{"normal":7}'])(
    'tells that nobody has signed in where the file holds %j',
    async (content) => {
      const { warn, folder } = place();
      if (content !== '') writeFileSync(join(folder, 'tokens', 'tokens.json'), content);
      expect(say((await warn(signedInAt))?.reason ?? '')).toBe('nobody has signed in to Google yet');
    },
  );

  test('keeps no token', async () => {
    const { write, warn, folder } = place();
    write({ ...testMode, refresh_token: 'a-secret-token' });
    await warn(signedInAt);
    expect(readFileSync(join(folder, 'sign-in-ends.json'), 'utf8')).not.toContain('a-secret-token');
  });
});

test('every server says how it is set up where its entry wants a key, and only there', () => {
  for (const { name, setUp } of Object.values(servers)) {
    const { args, env, headers } = shipped[name]!;
    const wantsKey = /\$\{(?!OMEGA_)/.test(JSON.stringify({ args, env, headers }));
    expect([name, setUp !== undefined]).toEqual([name, wantsKey]);
  }
});
