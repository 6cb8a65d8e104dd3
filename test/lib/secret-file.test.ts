import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { ensureSecret } from '#lib/secret-file.ts';

function keysFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'omega-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a secret is made once, for its owner alone, and is the same from then on', async () => {
  const path = join(keysFolder(), 'new', 'a.token');
  const secret = await ensureSecret(path);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(await ensureSecret(path)).toBe(secret);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('who makes it at the same time gets the same, and nothing else is left behind', async () => {
  const folder = keysFolder();
  const secrets = await Promise.all(Array.from({ length: 20 }, () => ensureSecret(join(folder, 'a.token'))));
  expect(new Set(secrets).size).toBe(1);
  expect(readdirSync(folder)).toEqual(['a.token']);
});

test.for(['', '\n', 'only-the-start'])('a file that holds %j was cut off, and is made anew', async (content) => {
  const path = join(keysFolder(), 'a.token');
  writeFileSync(path, content);
  const secret = await ensureSecret(path);
  expect(secret).toHaveLength(64);
  expect(readFileSync(path, 'utf8')).toBe(`${secret}\n`);
});

test("a secret of the owner's own is taken as it is", async () => {
  const path = join(keysFolder(), 'a.token');
  writeFileSync(path, 'sixteen-is-enough\n');
  expect(await ensureSecret(path)).toBe('sixteen-is-enough');
});
