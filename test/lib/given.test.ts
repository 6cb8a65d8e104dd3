import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, dictionary, property, string } from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readEnv } from '#lib/env.ts';
import { givenVariables, handedOnText, openVariables, type Variables } from '#lib/given.ts';

const folder = mkdtempSync(join(tmpdir(), 'omega-given-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const none = join(folder, 'none');

function file(text: string): string {
  const path = join(folder, crypto.randomUUID());
  writeFileSync(path, text);
  return path;
}

/** What a child sees of a shell and a .env: its own environment, and the file that it is handed. */
function asChild(shell: Variables, dotenvPath = none): Variables {
  const OMEGA_ENV_FILE = file(handedOnText(shell, dotenvPath));
  return { ...openVariables(shell), OMEGA_ENV_FILE };
}

const secrets = {
  BRAVE_API_KEY: 'brave-secret',
  GITHUB_PERSONAL_ACCESS_TOKEN: 'github-secret',
  OMEGA_BOARD_TOKEN: 'board-secret-of-the-owner',
  REDIS_URL: 'redis://:redis-secret@queue.example:6379',
  MY_OWN_SERVERS_PASSWORD: 'own-secret',
  NODE_AUTH_TOKEN: 'npm-secret',
  HTTPS_PROXY: 'http://me:proxy-secret@proxy.example:3128',
  LC_SECRET: 'http://me:locale-secret@x',
};

test('what a process begins with has no secret in it, whatever the shell names', () => {
  const open = openVariables({ ...secrets, PATH: '/bin', LC_ALL: 'C', no_proxy: 'localhost', OMEGA_DATA_DIR: '/srv' });
  expect(open).toEqual({ PATH: '/bin', LC_ALL: 'C', no_proxy: 'localhost', OMEGA_DATA_DIR: '/srv' });
});

test('a proxy without a password stays where Node itself looks for it', () => {
  expect(openVariables({ HTTPS_PROXY: 'http://proxy.example:3128' })).toHaveProperty('HTTPS_PROXY');
});

test.each(['HTTPS_PROXY', 'http_proxy', 'ALL_PROXY'])('%s with a password and no scheme is closed', (name) => {
  expect(openVariables({ [name]: 'user:s3cretpass@proxy:3128' })).toEqual({});
  expect(openVariables({ [name]: 'http://user:pa/ss@proxy:3128' })).toEqual({});
  expect(openVariables({ [name]: 'proxy:3128' })).toEqual({ [name]: 'proxy:3128' });
});

test('a child finds every secret in the file that it is handed', () => {
  const env = readEnv(asChild(secrets));
  for (const [name, value] of Object.entries(secrets)) expect(env.variable(name)).toBe(value);
  expect(env).toMatchObject({ network: { proxy: secrets.HTTPS_PROXY }, warnings: [] });
});

test.each([
  'double " quotes',
  "single ' quotes",
  'back ` ticks',
  `all "'\` of them`,
  'two\nlines',
  'a # b',
  '$HOME ${HOME} \\n',
  ' spaces around ',
])('the value %j survives', (value) => {
  expect(givenVariables(asChild({ KEY: value }), none)['KEY']).toBe(value);
});

test('a child sees the same as its parent, whatever the names and values', () => {
  assert(
    property(dictionary(string({ minLength: 1 }), string()), (given) => {
      const shell = Object.fromEntries(Object.entries(given).filter(([name]) => name !== '__proto__'));
      const { OMEGA_ENV_FILE, ...seen } = givenVariables(asChild(shell), none);
      expect(OMEGA_ENV_FILE).toBeDefined();
      expect(seen).toEqual(givenVariables(shell, none));
    }),
    { numRuns: 50 },
  );
});

test('handed on, the shell still wins over .env, and an empty value still counts as unset', () => {
  const dotenv = file('OMEGA_TIMEZONE=Europe/Amsterdam\nBRAVE_API_KEY=of-the-file\nTZ=UTC\nLANG=nl_NL\n');
  const child = asChild({ BRAVE_API_KEY: 'of-the-shell', OMEGA_TIMEZONE: '', TZ: '', LANG: 'C' }, dotenv);
  const given = givenVariables(child, none);
  expect(given).toMatchObject({ BRAVE_API_KEY: 'of-the-shell', OMEGA_TIMEZONE: 'Europe/Amsterdam', LANG: 'C' });
  expect(given['TZ']).toBe('UTC');
});

test.each([
  ['is gone', none],
  ['is cut off', file('{"BRAVE_API_KEY":"half-a-sec')],
])('where the file that is handed on %s nothing is guessed, and no secret is shown', (_, path) => {
  expect(() => readEnv({ OMEGA_ENV_FILE: path })).toThrow(/which the supervisor wrote, cannot be read/);
  expect(() => readEnv({ OMEGA_ENV_FILE: path })).not.toThrow(/half-a-sec/);
});
