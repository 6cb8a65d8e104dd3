import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmbedder } from '#holding/memory/embed/embedders.ts';
import type { Embedder } from '#holding/memory/embed/embedder.ts';
import type { Clock } from '#lib/clock.ts';
import type { OmegaError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import { fakeClock } from '../../support/clock.ts';
import {
  startFakeOllama,
  startFakeOpenai,
  type EmbeddingAnswer,
  type FakeEmbeddings,
} from '../../support/embeddings.ts';

const { signal } = new AbortController();
const key = 'sk-test-of-omega-0123456789';
const texts = ['the bakery is closed', 'de fietsenmaker is open', 'seo for a garden centre'];

interface Asked {
  readonly fake: FakeEmbeddings;
  readonly embedder: Embedder;
  /** The pauses it made, in milliseconds. */
  readonly pauses: readonly number[];
}

const now = Date.parse('2026-03-01T12:00:00Z');

async function begin(provider: 'ollama' | 'openai'): Promise<Asked> {
  const fake = provider === 'ollama' ? await startFakeOllama() : await startFakeOpenai({ key });
  onTestFinished(() => fake[Symbol.asyncDispose]());
  const pauses: number[] = [];
  const still = fakeClock(now);
  const clock: Clock = {
    ...still,
    sleep: (ms, until) => {
      pauses.push(ms);
      return still.sleep(ms, until);
    },
  };
  const settings = { provider, url: fake.url, model: undefined, apiKey: provider === 'openai' ? key : undefined };
  const options = { network: { proxy: undefined, extraCaFile: undefined }, log: silentLog, clock };
  return { fake, pauses, embedder: createEmbedder(settings, { ...options, local: () => expect.unreachable() }) };
}

async function faultOf(work: Promise<unknown>): Promise<OmegaError> {
  return (await work.then(
    () => expect.unreachable('it went well'),
    (error: unknown) => error,
  )) as OmegaError;
}

function lengthOf(vector: Float32Array | undefined): number {
  return Math.hypot(...(vector ?? []));
}

describe.each(['ollama', 'openai'] as const)('%s', (provider) => {
  test('gives a vector of length 1 for each text, in their order', async () => {
    const { embedder } = await begin(provider);
    const together = await embedder.embed(texts, 'document', signal);
    for (const vector of together) expect(lengthOf(vector)).toBeCloseTo(1, 6);
    for (const [n, text] of texts.entries())
      expect(await embedder.embed([text], 'query', signal)).toEqual([together[n]]);
  });

  test('tells its dimensions after one request, and keeps them', async () => {
    const { embedder, fake } = await begin(provider);
    expect(await embedder.dimensions(signal)).toBe(64);
    expect(await embedder.dimensions(signal)).toBe(64);
    expect(fake.asked).toHaveLength(1);
  });

  test('is asked nothing for no texts', async () => {
    const { embedder, fake } = await begin(provider);
    expect(await embedder.embed([], 'document', signal)).toEqual([]);
    expect(fake.asked).toEqual([]);
  });

  test('is asked for no more than 64 texts or 60,000 characters at once', async () => {
    const { embedder, fake } = await begin(provider);
    const many = [
      ...Array.from({ length: 100 }, (_, n) => `text ${n}`),
      ...Array.from({ length: 4 }, () => 'x'.repeat(19_999)),
    ];
    expect(await embedder.embed(many, 'document', signal)).toHaveLength(104);
    expect(fake.asked.map(({ input }) => input.length)).toEqual([64, 38, 2]);
    expect(fake.asked.flatMap(({ input }) => input)).toEqual(many);
  });

  test.each<EmbeddingAnswer>([{ status: 429 }, { status: 500 }, { status: 503 }, 'reset', 'cut-off', 'not-json'])(
    'is asked again after %j',
    async (answer) => {
      const { embedder, fake, pauses } = await begin(provider);
      fake.next.push(answer, answer);
      expect(await embedder.embed(texts, 'document', signal)).toHaveLength(3);
      expect(fake.asked).toHaveLength(3);
      expect(pauses[0]).toBeGreaterThanOrEqual(500);
      expect(pauses[1]).toBeGreaterThanOrEqual(1000);
    },
  );

  test.each([
    ['7', 7000],
    [new Date(now + 9000).toUTCString(), 9000],
  ])('gets the pause that it asks for: %s', async (retryAfter, ms) => {
    const { embedder, fake, pauses } = await begin(provider);
    fake.next.push({ status: 429, retryAfter });
    await embedder.embed(texts, 'document', signal);
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThanOrEqual(ms);
    expect(pauses[0]).toBeLessThanOrEqual(ms * 1.25);
  });

  test('that asks for a long pause is left alone', async () => {
    const { embedder, fake, pauses } = await begin(provider);
    fake.next.push({ status: 429, retryAfter: '3600' });
    const fault = await faultOf(embedder.embed(texts, 'document', signal));
    expect(fault).toMatchObject({ code: 'E_EMBED', permanent: false });
    expect(fault.message).toMatch(/asks us to slow down, or its quota is used up \(HTTP 429\)/);
    expect(pauses).toEqual([]);
  });

  test('that goes on failing is asked three times for a document and twice for a question', async () => {
    const { embedder, fake } = await begin(provider);
    fake.next.push(...Array.from({ length: 5 }, () => ({ status: 500 })));
    expect((await faultOf(embedder.embed(texts, 'document', signal))).message).toMatch(/failed \(HTTP 500\)/);
    expect((await faultOf(embedder.embed(texts, 'query', signal))).message).toMatch(/failed \(HTTP 500\)/);
    expect(fake.asked).toHaveLength(5);
  });

  const nonsense: readonly [EmbeddingAnswer, RegExp][] = [
    ['too-few', /answers 3 texts with 2 vectors/],
    ['nan', /answers with what are no vectors \(at /],
    ['other-form', /answers with what are no vectors/],
    ['zero', /points nowhere/],
    ['several-lengths', /vectors of several lengths/],
    ['huge', /far more than we asked for/],
    ['redirect', /sends us on \(HTTP 307\), where we do not follow/],
    [{ status: 400 }, /refuses what we ask \(HTTP 400\)/],
    [{ status: 404 }, /does not know the model or the path \(HTTP 404\)/],
  ];

  test.each(nonsense)('that answers with %j is at fault', async (answer, message) => {
    const { embedder, fake } = await begin(provider);
    fake.next.push(answer, answer, answer);
    const fault = await faultOf(embedder.embed(texts, 'document', signal));
    expect(fault).toMatchObject({ code: 'E_EMBED' });
    expect(fault.message).toMatch(message);
  });

  test('whose vectors get another length is at fault, until they have the first one again', async () => {
    const { embedder, fake } = await begin(provider);
    await embedder.embed(texts, 'document', signal);
    fake.dimensions = 32;
    const fault = await faultOf(embedder.embed(texts, 'document', signal));
    expect(fault).toMatchObject({ code: 'E_EMBED_DIMENSION', permanent: true });
    expect(fault.message).toMatch(/now has 32 dimensions in place of 64/);
    fake.dimensions = 64;
    expect(await embedder.embed(texts, 'document', signal)).toHaveLength(3);
  });

  test('knows a text that is too long for it by its beginning, and every other one whole', async () => {
    const { embedder, fake } = await begin(provider);
    const long = `bakery ${'x'.repeat(9000)}`;
    fake.mostCharacters = 1200;
    const [first, cut, last] = await embedder.embed(['one', long, 'two'], 'document', signal);
    expect([first, last]).toEqual(await embedder.embed(['one', 'two'], 'document', signal));
    expect([cut]).toEqual(await embedder.embed([long.slice(0, 1125)], 'document', signal));
  });

  test('that finds every text too long is at fault', async () => {
    const { embedder, fake } = await begin(provider);
    fake.mostCharacters = 10;
    const fault = await faultOf(embedder.embed(['a text of more than ten characters'], 'document', signal));
    expect(fault).toMatchObject({ code: 'E_EMBED', permanent: true });
    expect(fault.message).toMatch(/cannot take even 200 characters/);
  });

  const lost = { status: 500, message: 'failed to encode response: json: unsupported value: NaN' };

  test('that loses count over its first text says that nothing is known of it', async () => {
    const { embedder, fake } = await begin(provider);
    fake.next.push(lost);
    expect(await embedder.embed(texts.slice(0, 1), 'document', signal)).toEqual([new Float32Array(64)]);
  });

  test('that loses count over every text is at fault', async () => {
    const { embedder, fake } = await begin(provider);
    fake.next.push(lost, lost);
    expect(await faultOf(embedder.embed(texts.slice(0, 1), 'document', signal))).toMatchObject({ code: 'E_EMBED' });
  });

  test('that loses count over one text is asked for the others without it', async () => {
    const { embedder, fake } = await begin(provider);
    const inOrder = await embedder.embed(texts, 'document', signal);
    fake.next.push(lost, lost, lost, 'vectors', 'vectors');
    expect(await embedder.embed(texts, 'document', signal)).toEqual([new Float32Array(64), ...inOrder.slice(1)]);
  });

  test.each<EmbeddingAnswer>(['hang', 'hang-in-body'])(
    'that does %s is left when the caller gives up',
    async (answer) => {
      const { embedder, fake } = await begin(provider);
      const caller = new AbortController();
      fake.next.push(answer);
      const fault = faultOf(embedder.embed(texts, 'document', caller.signal));
      await expect.poll(() => fake.asked.length).toBe(1);
      caller.abort(new Error('the caller gave up'));
      expect((await fault).message).toBe('the caller gave up');
    },
  );

  test('that is away is at fault, in words that say where', async () => {
    const { embedder, fake } = await begin(provider);
    await fake[Symbol.asyncDispose]();
    const fault = await faultOf(embedder.embed(texts, 'document', signal));
    expect(fault).toMatchObject({ code: 'E_EMBED', permanent: false });
    expect(fault.message).toBe(
      `The model for embeddings at ${new URL(fake.url).host} cannot be reached: ECONNREFUSED.`,
    );
  });
});

test('a question to a server that hangs ends by itself, as a fault that may pass', { timeout: 20_000 }, async () => {
  const { embedder, fake } = await begin('ollama');
  fake.next.push('hang', 'hang');
  const fault = await faultOf(embedder.embed(['who is closed on Monday?'], 'query', signal));
  expect(fault).toMatchObject({ code: 'E_EMBED', permanent: false });
  expect(fault.message).toMatch(/did not answer within 5 s/);
});

test('ollama is asked as its documents say, without a key', async () => {
  const { embedder, fake } = await begin('ollama');
  await embedder.embed(texts, 'document', signal);
  expect(fake.asked).toEqual([
    expect.objectContaining({ path: '/api/embed', body: { model: 'bge-m3', input: texts }, authorization: undefined }),
  ]);
});

test('a model that ollama does not have yet is told with the command that brings it in', async () => {
  const { fake } = await begin('ollama');
  const settings = { provider: 'ollama', url: fake.url, model: 'nomic-embed-text', apiKey: undefined } as const;
  const options = { network: { proxy: undefined, extraCaFile: undefined }, log: silentLog };
  const embedder = createEmbedder(settings, { ...options, local: () => expect.unreachable() });
  expect(await faultOf(embedder.embed(texts, 'document', signal))).toMatchObject({
    permanent: true,
    hint: 'Bring it in with: ollama pull nomic-embed-text',
  });
});

test('openai is asked as its documents say, with the key as a bearer', async () => {
  const { embedder, fake } = await begin('openai');
  await embedder.embed(texts, 'document', signal);
  const body = { model: 'text-embedding-3-small', input: texts, encoding_format: 'float' };
  expect(fake.asked).toEqual([
    expect.objectContaining({ path: '/v1/embeddings', body, authorization: `Bearer ${key}` }),
  ]);
});

test('vectors of openai that come in another order find their texts', async () => {
  const { embedder, fake } = await begin('openai');
  const inOrder = await embedder.embed(texts, 'document', signal);
  fake.next.push('shuffled');
  expect(await embedder.embed(texts, 'document', signal)).toEqual(inOrder);
});

test('no fault holds the key, a text, or what the server says of them', async () => {
  const { embedder, fake } = await begin('openai');
  const secretText = 'a very private text';
  const said = `${key} does not like ${secretText}`;
  const answers: EmbeddingAnswer[] = [400, 401, 403, 404, 500].map((status) => ({ status, message: said }));
  for (const answer of [...answers, 'not-json', 'other-form', 'reset', 'redirect'] as const) {
    fake.next.splice(0, fake.next.length, answer, answer, answer);
    const fault = await faultOf(embedder.embed([secretText], 'document', signal));
    const told = JSON.stringify([fault.message, fault.hint, fault.stack, String(fault.cause)]);
    expect(told).not.toMatch(/sk-test|private|elsewhere/);
  }
});
