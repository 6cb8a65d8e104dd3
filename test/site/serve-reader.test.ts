import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveReader } from '#site/serve-reader.ts';
import { temporaryFolder } from '../support/site.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let app: Hono;
let asked: number[];

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder.path, 'reader'));
  await writeFile(join(folder.path, 'reader', 'served.html'), 'served');
  await writeFile(join(folder.path, 'reader', 'reader.html'), 'one file');
  asked = [];
  app = serveReader({
    language: 'nl',
    built: folder.path,
    sealedReport: async (seq) => {
      asked.push(seq);
      return seq === 42 ? Uint8Array.of(1, 2, 3) : null;
    },
  });
});

afterEach(() => folder[Symbol.asyncDispose]());

test('the reader is at /reader/, and /reader leads there', async () => {
  expect(await (await app.request('/reader/')).text()).toBe('served');
  const moved = await app.request('/reader');
  expect([moved.status, moved.headers.get('location')]).toEqual([308, '/reader/']);
});

test('the one file is to be kept, not opened where it came from, and its hash stands beside it', async () => {
  const file = await app.request('/reader/reader.html');
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="omega-reader.html"');
  expect(await file.text()).toBe('one file');
  expect(await (await app.request('/reader/reader.sha256')).text()).toMatch(/^[0-9a-f]{64} {2}omega-reader\.html\n$/);
});

test('a sealed report is handed out by its number, as bytes', async () => {
  const report = await app.request('/reports/42.orp');
  expect(report.headers.get('content-type')).toBe('application/octet-stream');
  expect(new Uint8Array(await report.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
});

test('a number that there is not is said to be none', async () => {
  expect((await app.request('/reports/41.orp')).status).toBe(404);
});

test.each(['0', '042', '-1', '4e2', '42.orp', '../42', '9'.repeat(16)])(
  'what is no number is asked of nobody: %s',
  async (name) => {
    expect((await app.request(`/reports/${name}.orp`)).status).toBe(404);
    expect(asked).toEqual([]);
  },
);

test('a phone finds the reader’s own name in the owner’s language', async () => {
  const manifest = await (await app.request('/reader/manifest.webmanifest')).json();
  expect(manifest).toMatchObject({ name: 'Omega-lezer', start_url: '/reader/', scope: '/reader/', lang: 'nl' });
});
