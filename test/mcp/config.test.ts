import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnv } from '#lib/env.ts';
import { OmegaError } from '#lib/errors.ts';
import { dataPaths, root } from '#lib/paths.ts';
import { readMcpConfig, type McpConfig } from '#mcp/config.ts';
import { temporaryFolder } from '../support/health.ts';

function read(content: unknown, variables: NodeJS.ProcessEnv = {}): McpConfig {
  using folder = temporaryFolder();
  const file = join(folder.path, 'mcp.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  const env = readEnv({ OMEGA_DATA_DIR: folder.path, ...variables }, '/nonexistent/.env');
  return readMcpConfig({ env, paths: dataPaths(env) });
}

function faultsOf(content: unknown): OmegaError {
  try {
    read(content);
  } catch (error) {
    if (error instanceof OmegaError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

test('an entry as editors have it is taken, allows nothing, and keeps sane bounds', () => {
  const { servers } = read({ mcpServers: { plain: { command: 'some-server', args: ['--x'], env: { A: 'b' } } } });
  expect(servers).toMatchObject([
    {
      name: 'plain',
      disabled: false,
      missing: [],
      launch: { kind: 'stdio', command: 'some-server', args: ['--x'], env: { A: 'b' } },
      rules: { allow: [], units: ['*'], idempotent: [], rate: [], pin: 'enforce', maxInFlight: 4, callMs: 30_000 },
    },
  ]);
});

test('the shipped file is whole, and each of its servers is switched on', () => {
  using folder = temporaryFolder();
  const env = readEnv({ OMEGA_DATA_DIR: folder.path }, '/nonexistent/.env');
  const { file, servers } = readMcpConfig({ env, paths: dataPaths(env) });
  expect(file).toBe(join(root, 'mcp.json'));
  expect(servers.map(({ name }) => name)).toEqual(['filesystem', 'brave-search', 'github', 'google']);
  expect(servers.map(({ disabled }) => disabled)).toEqual([false, false, false, false]);
  expect(servers[0]?.missing).toEqual([]);
});

test("the owner's file goes before the shipped one, and the one that is named before both", () => {
  using folder = temporaryFolder();
  const named = join(folder.path, 'named.json');
  writeFileSync(join(folder.path, 'mcp.json'), '{"mcpServers":{"mine":{"command":"x"}}}');
  writeFileSync(named, '{"mcpServers":{"named":{"command":"x"}}}');
  const names = (variables: NodeJS.ProcessEnv): string[] => {
    const env = readEnv({ OMEGA_DATA_DIR: folder.path, ...variables }, '/nonexistent/.env');
    return readMcpConfig({ env, paths: dataPaths(env) }).servers.map(({ name }) => name);
  };
  expect(names({})).toEqual(['mine']);
  expect(names({ OMEGA_MCP_CONFIG: named })).toEqual(['named']);
});

test('every fault of the file is named at once, with its place, and exit code 2', () => {
  const error = faultsOf({
    mcpServers: {
      'a.b': { command: 'x' },
      none: {},
      both: { command: 'x', url: 'https://example.org' },
      typo: { command: 'x', omega: { alow: ['y'] } },
      bounds: { command: 'x', omega: { callMs: -1, rate: '1 per second' } },
      type: { type: 'http', command: 'x' },
      sse: { type: 'sse', url: 'https://example.org' },
      probe: { command: 'x', omega: { allow: ['a'], probe: { tool: 'b' } } },
    },
  });
  expect(error).toMatchObject({ code: 'E_MCP_CONFIG', exitCode: 2 });
  for (const place of [
    'a.b',
    'none',
    'both',
    'typo.omega',
    'bounds.omega.callMs',
    'bounds.omega.rate',
    'type',
    'sse.type',
    'probe',
  ])
    expect(error.message).toContain(`mcpServers.${place}: `);
  expect(error.message).toContain('mcp.json cannot be used');
});

test('no fault hides another one of the same entry, and a bad name is said to be one', () => {
  const { message } = faultsOf({
    mcpServers: {
      'my server': { command: 'x' },
      one: { command: 'node', args: [], omega: { alow: ['a'], callMs: 1, rate: 'often', probe: { tool: 'a' } } },
    },
  });
  expect(message).toContain('mcpServers.my server: is no name for a server');
  for (const fault of ['alow', 'callMs', 'is no rate', 'probes a, which it does not allow', 'needs its script'])
    expect(message).toContain(fault);
});

test.for([[['--no-warnings', './x.js']], [[]]])(
  'node with the arguments %j has no script, which is a fault',
  ([args]) => {
    expect(faultsOf({ mcpServers: { one: { command: 'node', args } } }).message).toContain(
      'mcpServers.one.args: needs its script as the first one',
    );
  },
);

test('a byte order mark before the file is none of its content', () => {
  expect(read('\uFEFF{"mcpServers":{"one":{"command":"x"}}}').servers).toHaveLength(1);
});

test.each([
  ['no JSON', '{"mcpServers": {'],
  ['no list of servers', '{"servers": {}}'],
  ['a number', '7'],
])('%s is said with the name of the file', (_what, content) => {
  expect(faultsOf(content).message).toContain('mcp.json cannot be used');
});

test('a file that is named and not there is a fault, not a reason to take another one', () => {
  using folder = temporaryFolder();
  const env = readEnv({ OMEGA_DATA_DIR: folder.path, OMEGA_MCP_CONFIG: '/nonexistent.json' }, '/nonexistent/.env');
  expect(() => readMcpConfig({ env, paths: dataPaths(env) })).toThrow('There is no such file');
});

test('paths in the repository are made whole, and other words stay as they are', () => {
  const { servers } = read({
    mcpServers: {
      one: {
        command: 'node',
        args: [
          'not-there-yet/index.js',
          'package.json',
          'lib/env.ts',
          '@scope/name',
          './x',
          '--flag',
          '${OMEGA_ROOT}/y',
        ],
        omega: { read: ['docs', '/etc'] },
      },
    },
  });
  expect(servers[0]?.launch).toMatchObject({
    args: [
      join(root, 'not-there-yet/index.js'),
      'package.json',
      join(root, 'lib/env.ts'),
      '@scope/name',
      join(root, 'x'),
      '--flag',
      join(root, 'y'),
    ],
  });
  expect(servers[0]?.rules.read).toEqual([join(root, 'docs'), '/etc']);
});

test('a variable without a value makes its server wait for it, and no other one', () => {
  const { servers } = read({
    mcpServers: {
      keyless: { url: 'https://${HOST}/mcp', headers: { Authorization: 'Bearer ${KEY}' } },
      other: { command: 'x' },
    },
  });
  expect(servers.map(({ missing }) => missing)).toEqual([['HOST', 'KEY'], []]);
});

test('an address that is none is a fault once its variables are there', () => {
  const entry = { mcpServers: { one: { url: '${HOST}/mcp' } } };
  expect(read(entry).servers[0]?.missing).toEqual(['HOST']);
  expect(() => read(entry, { HOST: 'file:///etc' })).toThrow('mcpServers.one.url: is no address');
});

test('what came from outside is secret, and so is a key that stands in the file', () => {
  const { secrets } = read(
    {
      mcpServers: {
        one: {
          command: 'x',
          args: ['--key', '${ARGUMENT}', '--at=postgres://me:pass%40word@example.org/db'],
          env: { A: '${SECRET_WORD}', MY_API_KEY: 'written-here', MODE: 'production', D: '${OMEGA_DATA_DIR}/x' },
        },
        two: { url: 'https://example.org', headers: { Authorization: 'Bearer ${OTHER}' } },
      },
    },
    { SECRET_WORD: 'from-the-shell', OTHER: 'a-token', ARGUMENT: 'on-the-command-line' },
  );
  const ofOne = ['from-the-shell', 'on-the-command-line', 'pass%40word', 'pass@word', 'written-here'];
  expect(secrets.toSorted()).toEqual(['Bearer a-token', 'a-token', ...ofOne]);
});

test('name, password and query of an address are secret, as they are written and as they are meant', () => {
  const url = 'https://${USER_NAME}:${PASSWORD}@example.org/mcp?apiKey=in%2Fthe-file&mode=on';
  const { secrets } = read({ mcpServers: { one: { url } } }, { USER_NAME: 'somebody', PASSWORD: 'a b@cd:e' });
  expect(secrets).toEqual(
    expect.arrayContaining(['somebody', 'a b@cd:e', 'a%20b%40cd%3Ae', 'in%2Fthe-file', 'in/the-file']),
  );
  expect(secrets).not.toContain('on');
});

test('a path is no secret, and a key that begins like one is', () => {
  const entry = { command: 'x', args: ['${HERE}/x', '${KEY}'], env: { GOOGLE_OAUTH_CREDENTIALS: '${CREDENTIALS}' } };
  const { secrets } = read(
    { mcpServers: { one: entry } },
    { HERE: '/tmp/nonexistent', KEY: '/Yx1+0zQ/kk9A==', CREDENTIALS: '/etc/nonexistent.json' },
  );
  expect(secrets).toEqual(['/Yx1+0zQ/kk9A==']);
});

test('a secret may come from a file', () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'keys'));
  writeFileSync(join(folder.path, 'keys', 'mine'), 'from-a-file\n');
  const { servers } = read(
    { mcpServers: { one: { command: 'x', env: { A: '${MY_KEY}' } } } },
    { MY_KEY_FILE: join(folder.path, 'keys', 'mine') },
  );
  expect(servers[0]?.launch).toMatchObject({ env: { A: 'from-a-file' } });
});

test('a key that changes changes the fingerprint, and what only editors use does not', () => {
  const one = { command: 'x', env: { A: '${KEY}' } };
  const [before] = read({ mcpServers: { one } }, { KEY: 'first-key' }).servers;
  const [same] = read({ mcpServers: { one: { ...one, alwaysAllow: ['y'] } } }, { KEY: 'first-key' }).servers;
  const [after] = read({ mcpServers: { one } }, { KEY: 'second-key' }).servers;
  expect(same?.fingerprint).toBe(before?.fingerprint);
  expect(same?.notes).toEqual(['"alwaysAllow" in its entry is not used']);
  expect(after?.fingerprint).not.toBe(before?.fingerprint);
});
