import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildReader } from '#site/reader-build.ts';
import { readerFile, readerPage } from '#site/reader-file.ts';
import { temporaryFolder } from '../support/site.ts';

/** 60 KB, whichever way one counts them. */
const mostBytes = 60_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let alone: string;
let served: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await buildReader(join(folder.path, 'reader'));
  alone = await readFile(join(folder.path, 'reader', 'reader.html'), 'utf8');
  served = await readerPage(folder.path);
});

afterAll(() => folder[Symbol.asyncDispose]());

function policyOf(page: string): readonly string[] {
  return (/content-security-policy" content="([^"]*)"/.exec(page)?.[1] ?? '').split(';').map((rule) => rule.trim());
}

function scriptOf(page: string): string {
  return /<script type="module">([^]*?)<\/script>/.exec(page)?.[1] ?? '';
}

test('the reader is one file of at most 60 KB', async () => {
  const { bytes } = await readerFile(folder.path);
  expect(bytes.length).toBeLessThanOrEqual(mostBytes);
  expect(new TextDecoder().decode(bytes)).toBe(alone);
});

test('it is known by the SHA-256 of its bytes', async () => {
  const { sha256 } = await readerFile(folder.path);
  expect(sha256).toBe(createHash('sha256').update(alone).digest('hex'));
});

test('its policy lets one script run, by its hash, and nothing be fetched', () => {
  const hash = createHash('sha256').update(scriptOf(alone)).digest('base64');
  expect(policyOf(alone)).toEqual([
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test('it names no file beside itself and no other place', () => {
  const page = alone.replace(scriptOf(alone), '');
  expect(page.match(/(?:src|href)="[^"]*"/g)).toEqual(['href="data:,"']);
  expect(page).not.toContain('url(');
});

test('where it is served it is the same script, which may fetch from there alone', () => {
  expect(scriptOf(served)).toBe(scriptOf(alone));
  expect(policyOf(served)).toContain("connect-src 'self'");
  expect(policyOf(served).filter((rule) => rule.startsWith('script-src'))).toEqual(
    policyOf(alone).filter((rule) => rule.startsWith('script-src')),
  );
});

test('two builds of the same sources are the same bytes, so that its hash can be published', async () => {
  const again = join(folder.path, 'again');
  await buildReader(again);
  expect(await readFile(join(again, 'reader.html'), 'utf8')).toBe(alone);
});

test('a reader that was not built is asked for by its command', async () => {
  await expect(readerFile(join(folder.path, 'nothing'))).rejects.toMatchObject({
    code: 'E_SITE_NOT_BUILT',
    hint: 'npm run site:build',
  });
});
