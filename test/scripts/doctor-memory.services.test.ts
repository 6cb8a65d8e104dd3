import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnv } from '#lib/env.ts';
import { dataPaths } from '#lib/paths.ts';
import { lookAtMemory } from '../../scripts/doctor-memory.ts';
import type { Settings } from '../../scripts/settings.ts';
import { openChroma } from '../support/chroma.ts';
import { temporaryFolder } from '../support/outsider.ts';

function settings(folder: string, given: Readonly<Record<string, string>> = {}): Settings {
  const env = readEnv({ OMEGA_DATA_DIR: folder, ...given }, '/nonexistent/.env');
  return { env, paths: dataPaths(env) };
}

test('while Omega is stopped it says which model is set and how large its Chroma is, and that it was not asked', async () => {
  using folder = temporaryFolder();
  const none = await lookAtMemory(settings(folder.path, { OMEGA_EMBEDDINGS: 'ollama' }), true);
  expect(none).toMatchObject({
    state: 'unknown',
    what: expect.stringMatching(/^model ollama \(.+\); private Chroma with 0\.0 MiB, which runs with Omega$/),
  });
  mkdirSync(join(folder.path, 'chromadb', 'a-collection'), { recursive: true });
  writeFileSync(join(folder.path, 'chromadb', 'a-collection', 'data.bin'), Buffer.alloc(2 * 1024 ** 2));
  expect((await lookAtMemory(settings(folder.path), true)).what).toMatch(/^model local; private Chroma with 2\.0 MiB/);
});

test('without a Chroma for this system it warns, with what would help', async () => {
  using folder = temporaryFolder();
  expect(await lookAtMemory(settings(folder.path), false)).toMatchObject({
    state: 'warning',
    what: 'model local; no Chroma for this system, so memory finds by words alone',
    mend: expect.stringContaining('CHROMA_URL'),
  });
});

test('the Chroma of CHROMA_URL is asked whether or not Omega runs, and its credentials are not shown', async () => {
  using folder = temporaryFolder();
  const of = (url: string): Settings => settings(folder.path, { CHROMA_URL: url });
  const silent = await lookAtMemory(of('http://:very-secret-word@127.0.0.1:9'));
  expect(silent).toMatchObject({
    state: 'warning',
    what: expect.stringMatching(/^model local; Chroma at CHROMA_URL \(127\.0\.0\.1:9\): .* words alone: .* is away/),
    mend: expect.stringContaining('CHROMA_URL'),
  });
  expect(JSON.stringify(silent)).not.toContain('very-secret-word');
  await using chroma = await openChroma();
  expect(await lookAtMemory(of(chroma.address))).toMatchObject({
    state: 'fine',
    what: expect.stringMatching(/, answers$/),
  });
});
