import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Told } from '#holding/health/check.ts';
import { modelCheck } from '#holding/health/each/model-check.ts';
import { lookAt } from '#holding/health/look.ts';
import { systemClock } from '#lib/clock.ts';
import type { ModelSettings } from '#lib/env.ts';
import { probesOf, say } from '../../support/health.ts';
import { startFakeModels } from '../../support/fake-models.ts';

const network = { proxy: undefined, extraCaFile: undefined };
const service = await startFakeModels();
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => {
  service.models = ['claude-large-4-20260101', 'claude-small-4-20260101'];
  service.aliases = ['claude-large-4'];
  service.status = null;
  service.asked.length = 0;
});

const anthropic = (change: Partial<ModelSettings> = {}): ModelSettings => ({
  provider: 'anthropic',
  baseUrl: service.root,
  model: 'claude-large-4-20260101',
  apiKey: service.key,
  ...change,
});

const compatible = (change: Partial<ModelSettings> = {}): ModelSettings =>
  anthropic({ provider: 'openai-compatible', baseUrl: `${service.root}/v1`, ...change });

function look(model: ModelSettings | undefined): Promise<Told> {
  const { signal } = new AbortController();
  return lookAt(modelCheck(model, network), { clock: systemClock, probes: probesOf(), signal, secrets: [], say });
}

test('without a model there is nothing to look at, and nothing is asked', async () => {
  expect(await look(undefined)).toMatchObject({ status: 'off' });
  expect(service.asked).toEqual([]);
});

test('Anthropic is asked with its own headers, and only for its list', async () => {
  expect(await look(anthropic())).toMatchObject({ status: 'ok', reason: expect.stringContaining('claude-large-4') });
  expect(service.asked.map(({ path }) => path)).toEqual(['/v1/models?limit=1000']);
  expect(service.asked[0]?.headers).toMatchObject({ 'x-api-key': service.key, 'anthropic-version': '2023-06-01' });
});

test('a short name of Anthropic’s is known though it stands in no list', async () => {
  expect(await look(anthropic({ model: 'claude-large-4' }))).toMatchObject({ status: 'ok' });
  expect(await look(anthropic({ model: 'claude-huge-9' }))).toMatchObject({ status: 'fail', explicit: true });
});

test('another service is asked with a bearer, or with no key where none is set', async () => {
  expect(await look(compatible())).toMatchObject({ status: 'ok' });
  expect(service.asked[0]).toMatchObject({ path: '/v1/models', headers: { authorization: `Bearer ${service.key}` } });
  await look(compatible({ apiKey: undefined }));
  expect(service.asked[1]?.headers.authorization).toBeUndefined();
});

test('a model is known by the names that Ollama and Google list it under', async () => {
  service.models = ['llama3:latest', 'models/gemini-x'];
  expect((await look(compatible({ model: 'llama3' }))).status).toBe('ok');
  expect((await look(compatible({ model: 'gemini-x' }))).status).toBe('ok');
});

test('a model that is not offered is down without doubt, and one that was not chosen is a warning', async () => {
  expect(await look(compatible({ model: 'gpt-none' }))).toMatchObject({
    status: 'fail',
    explicit: true,
    reason: expect.stringMatching(/offers 2 models, gpt-none not among them$/),
  });
  expect(await look(compatible({ model: undefined }))).toMatchObject({
    status: 'warn',
    reason: expect.stringMatching(/offers 2 models; none is chosen$/),
  });
});

test('a key that is refused is down without doubt, and stands in no word of it', async () => {
  const told = await look(anthropic({ apiKey: 'sk-wrong-key' }));
  expect(told).toMatchObject({ status: 'fail', explicit: true, reason: expect.stringMatching(/refuses the key.*401/) });
  expect(JSON.stringify(told)).not.toContain('wrong-key');
});

test.each([
  [404, 'fail', /no list of models/],
  [429, 'warn', /patience/],
  [529, 'fail', /fault of its own/],
  [200, 'fail', /not understood/],
] as const)('an answer of %s is no well model', async (status, found, reason) => {
  service.status = status;
  expect(await look(compatible())).toMatchObject({ status: found, reason: expect.stringMatching(reason) });
});

test('what is missing of the settings is named, and nothing is asked', async () => {
  expect(await look(anthropic({ apiKey: undefined }))).toMatchObject({ reason: 'OMEGA_LLM_API_KEY is not set' });
  expect(await look(compatible({ baseUrl: undefined }))).toMatchObject({ reason: 'OMEGA_LLM_BASE_URL is not set' });
  expect(service.asked).toEqual([]);
});

test('only a service on the internet waits for the internet', () => {
  expect(modelCheck(anthropic({ baseUrl: undefined }), network).dependsOn).toEqual(['egress']);
  expect(modelCheck(compatible(), network).dependsOn).toEqual([]);
});
