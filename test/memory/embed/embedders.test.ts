import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmbedder, describeSpace, embedderOf, spaceName } from '#holding/memory/embed/embedders.ts';
import type { Embedder } from '#holding/memory/embed/embedder.ts';
import type { EmbeddingSettings } from '#lib/env.ts';
import type { OmegaError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import { makeAuthority } from '../../support/authority.ts';
import { startFakeOllama, startFakeOpenai, type FakeEmbeddings } from '../../support/embeddings.ts';
import { startUpstreamProxy } from '../../support/upstream-proxy.ts';

const { signal } = new AbortController();
const unset = { url: undefined, model: undefined, apiKey: undefined };
const direct = { proxy: undefined, extraCaFile: undefined };
const key = 'sk-test-of-omega-0123456789';

const localEmbedder: Embedder = {
  space: 'local',
  dimensions: () => Promise.resolve(4),
  embed: () => Promise.resolve([]),
};

function create(
  settings: EmbeddingSettings,
  network = direct as Parameters<typeof createEmbedder>[1]['network'],
): Embedder {
  return createEmbedder(settings, { network, log: silentLog, local: () => localEmbedder });
}

function faultsOf(settings: EmbeddingSettings, network?: Parameters<typeof create>[1]): OmegaError {
  try {
    create(settings, network);
  } catch (error) {
    return error as OmegaError;
  }
  return expect.unreachable('it has no fault');
}

function disposed<Thing extends AsyncDisposable>(thing: Thing): Thing {
  onTestFinished(() => thing[Symbol.asyncDispose]());
  return thing;
}

test('local is the model that needs nothing', () => {
  expect(create({ provider: 'local', ...unset })).toBe(localEmbedder);
});

test('settings that local does not use are a warning', () => {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  const settings = { provider: 'local', url: undefined, model: 'bge-m3', apiKey: key } as const;
  createEmbedder(settings, { network: direct, log, local: () => localEmbedder });
  expect(warnings).toEqual([
    'without effect: OMEGA_EMBEDDINGS_MODEL, OMEGA_EMBEDDINGS_API_KEY, for OMEGA_EMBEDDINGS is local; set it to ollama or openai',
  ]);
});

test('a key that goes over an open line to another network is a warning, on this one it is not', () => {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  for (const url of [
    'http://models.example/v1',
    'http://192.168.1.9/v1',
    'http://localhost:1/v1',
    'https://models.example',
  ])
    createEmbedder(
      { provider: 'openai', url, model: 'm', apiKey: key },
      { network: direct, log, local: () => localEmbedder },
    );
  expect(warnings).toEqual([expect.stringContaining('between here and models.example can read texts and key')]);
});

test('every fault of the settings is named at once, with exit code 2 and without the key', () => {
  const fault = faultsOf(
    { provider: 'openai', url: 'https://me:pass@models.example', model: 'two words', apiKey: `${key}\n` },
    { proxy: undefined, extraCaFile: '/nowhere/ca.pem' },
  );
  expect(fault.exitCode).toBe(2);
  expect(fault.message).toMatch(/4 faults/);
  for (const name of ['_URL holds a name', '_MODEL may hold', '_API_KEY holds a blank', '/nowhere/ca.pem'])
    expect(fault.message).toContain(name);
  expect(fault.message).not.toMatch(/sk-test|pass@/);
});

test('OpenAI itself needs a key, another server that speaks as it does may not', () => {
  expect(faultsOf({ provider: 'openai', ...unset }).message).toMatch(/OMEGA_EMBEDDINGS_API_KEY is not set/);
  expect(create({ ...unset, provider: 'openai', url: 'http://127.0.0.1:8080/v1' }).space).toBe(
    'openai-text-embedding-3-small-v1',
  );
});

test('a proxy that is none is a fault of the configuration', () => {
  const network = { proxy: 'not a proxy', extraCaFile: undefined };
  expect(faultsOf({ ...unset, provider: 'openai', apiKey: key }, network).message).toMatch(/over this network/);
});

describe('the name of a space', () => {
  test('is the provider, the model and a version', () => {
    expect(spaceName('ollama', 'bge-m3')).toBe('ollama-bge-m3-v1');
    expect(spaceName('ollama', 'bge-m3:latest')).toBe('ollama-bge-m3-v1');
  });

  const awkward = [
    'BAAI/bge-m3',
    'baai/bge-m3',
    'baai-bge.m3',
    'nomic-embed-text:v1.5',
    '---',
    '模型',
    'x'.repeat(100),
    `${'x'.repeat(99)}y`,
  ];

  test('is safe, short and its own for any model', () => {
    const names = awkward.map((model) => spaceName('openai', model));
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,58}[a-z0-9]$/);
    expect(new Set(names).size).toBe(awkward.length);
  });
});

describe('what is kept of a space', () => {
  test('is the provider, address and model as they are in effect, and no key', () => {
    expect(describeSpace({ provider: 'ollama', ...unset })).toEqual({
      provider: 'ollama',
      url: 'http://127.0.0.1:11434',
      model: 'bge-m3',
    });
    expect(describeSpace({ provider: 'local', url: 'http://x', model: 'm', apiKey: key })).toEqual({
      provider: 'local',
      url: null,
      model: null,
    });
  });

  test('finds the old model while the settings name another one, which alone gets the key', async () => {
    const [old, other] = [disposed(await startFakeOpenai()), disposed(await startFakeOllama())];
    const before = { provider: 'openai', url: old.url, model: 'old', apiKey: key } as const;
    const after = { provider: 'ollama', url: other.url, model: undefined, apiKey: 'another-key' } as const;
    const options = { network: direct, log: silentLog, local: () => localEmbedder };
    const description = structuredClone(describeSpace(before));
    const embedder = embedderOf(description, after, options);
    expect(embedder.space).toBe(createEmbedder(before, options).space);
    await embedder.embed(['a text'], 'query', signal);
    await createEmbedder(after, options).embed(['a text'], 'query', signal);
    expect([old, other].map(({ asked }) => asked.map(({ authorization }) => authorization))).toEqual([
      [undefined],
      ['Bearer another-key'],
    ]);
  });
});

describe('the way', () => {
  async function office(): Promise<{ fake: FakeEmbeddings; caFile: string; port: number }> {
    const folder = mkdtempSync(join(tmpdir(), 'omega-embed-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const authority = await makeAuthority(folder);
    const fake = disposed(await startFakeOpenai({ key }));
    const { port } = disposed(await authority.serve(['models.example', 'localhost'], fake.listener));
    return { fake, caFile: authority.caFile, port };
  }

  test('to elsewhere goes through the proxy of the house, and its certificates are trusted', async () => {
    const { fake, caFile, port } = await office();
    const proxy = disposed(await startUpstreamProxy({ 'models.example': port }));
    const settings = { ...unset, provider: 'openai', url: 'https://models.example/v1', apiKey: key } as const;
    const embedder = create(settings, { proxy: proxy.url, extraCaFile: caFile });
    expect(await embedder.dimensions(signal)).toBe(64);
    expect(proxy.asked).toEqual(['models.example:443']);
    expect(fake.asked).toHaveLength(1);
  });

  test('that the proxy closes is told without the password of the proxy', async () => {
    const { caFile } = await office();
    const proxy = disposed(await startUpstreamProxy({}));
    const settings = { ...unset, provider: 'openai', url: 'https://models.example/v1', apiKey: key } as const;
    const fault: unknown = await create(settings, { proxy: proxy.url, extraCaFile: caFile })
      .embed(['a text'], 'query', signal)
      .catch((error: unknown) => error);
    expect(fault).toMatchObject({
      code: 'E_EMBED',
      message: expect.stringMatching(/cannot be reached: the proxy answers 502/),
    });
    expect(JSON.stringify(fault, Object.getOwnPropertyNames(fault))).not.toContain(proxy.password);
  });

  test('to this machine goes past the proxy', async () => {
    const { caFile, port } = await office();
    const proxy = disposed(await startUpstreamProxy({}));
    const settings = { ...unset, provider: 'openai', url: `https://localhost:${port}/v1`, apiKey: key } as const;
    expect(await create(settings, { proxy: proxy.url, extraCaFile: caFile }).dimensions(signal)).toBe(64);
    expect(proxy.asked).toEqual([]);
  });

  test('to a server whose certificate nobody vouches for is closed', async () => {
    const { port } = await office();
    const settings = { ...unset, provider: 'openai', url: `https://localhost:${port}/v1`, apiKey: key } as const;
    await expect(create(settings).embed(['a text'], 'query', signal)).rejects.toThrow(
      /cannot be reached: \w*(CERT|SIGN)\w*/,
    );
  });
});
