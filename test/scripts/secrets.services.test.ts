import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/outsider.ts';
import { ownersPassword, ownersRedis } from '../support/owners-redis.ts';
import { openStack } from '../support/stack.ts';

const secrets = {
  BRAVE_API_KEY: 'a-brave-key-of-the-owner',
  GITHUB_PERSONAL_ACCESS_TOKEN: 'a-github-token-of-the-owner',
  OMEGA_BOARD_TOKEN: 'a-board-token-of-the-owner',
  SOME_OTHER_SERVERS_KEY: `a 'key' with "all" \`quotes\`, # and $HOME`,
};

/** What any process of the same user can read of another one. */
function initialEnvironment(pid: number): string {
  return readFileSync(`/proc/${pid}/environ`, 'utf8');
}

test('no process that Omega starts has a secret of the owner’s in its initial environment', async () => {
  await using stack = await openStack();
  Object.assign(stack.env, secrets);
  await stack.start();
  for (const name of ['redis', 'chroma', 'worker', 'edge']) {
    const environment = initialEnvironment((await stack.running(name)).pid);
    for (const [variable, value] of Object.entries(secrets)) {
      expect(environment).not.toContain(variable);
      expect(environment).not.toContain(value);
    }
  }
  const { startedDotenv } = stack.settings.paths;
  expect(statSync(startedDotenv).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(startedDotenv, 'utf8'))).toMatchObject(secrets);
  expect(await stack.stop()).toBe(0);
  expect(existsSync(startedDotenv)).toBe(false);
});

test('the password in REDIS_URL reaches the worker, and stands in no environment', async () => {
  using folder = temporaryFolder();
  await using redis = await ownersRedis(folder.path, '--appendonly', 'yes');
  await using stack = await openStack();
  Object.assign(stack.env, { REDIS_URL: `redis://:${ownersPassword}@127.0.0.1:${redis.port}` });
  await stack.start(); // The worker is ready once it takes jobs, for which it needs the password.
  for (const name of ['worker', 'edge']) {
    const environment = initialEnvironment((await stack.running(name)).pid);
    expect(environment).toContain(stack.settings.paths.data);
    expect(environment).not.toContain('REDIS_URL');
    expect(environment).not.toContain(ownersPassword);
  }
});
