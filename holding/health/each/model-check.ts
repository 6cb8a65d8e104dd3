import { z } from 'zod';
import type { Env } from '#lib/env.ts';
import type { Words } from '#lib/language.ts';
import { defineCheck, type Check, type CheckContext, type Finding } from '../check.ts';
import { amountOf } from '../views/wording.ts';
import { askJson, type Answer } from './ask-json.ts';
import { waysOut } from './ways-out.ts';
import { refusal, unreachable } from './refusal.ts';

type Model = NonNullable<Env['llm']>;

const Offer = z.object({ data: z.array(z.object({ id: z.string() })) });

const anthropic = { root: 'https://api.anthropic.com', version: '2023-06-01' } as const;

/**
 * Whether the large language model can be asked: its service answers, takes the key, and offers the model. It asks for
 * the list of models, which costs nothing. Nothing of Omega asks a model yet. Undefined: none is set.
 */
export function modelCheck(model: Env['llm'], network: Env['network']): Check {
  const root = model === undefined ? undefined : rootOf(model);
  return defineCheck({
    id: 'llm',
    name: { en: 'Language model', nl: 'Taalmodel' },
    group: 'tools',
    everyMs: 3_600_000,
    timeoutMs: 12_000,
    dependsOn: waysOut(root, network),
    worstOverall: 'degraded',
    headline: { down: { en: 'The language model cannot be asked', nl: 'Het taalmodel is niet te bevragen' } },
    run: async (context) => {
      if (model === undefined)
        return { status: 'off', reason: { en: 'OMEGA_LLM is none', nl: 'OMEGA_LLM staat op none' } };
      if (root === undefined) return lacking('OMEGA_LLM_BASE_URL');
      return lookAtModel({ ...model, root }, network, context);
    },
  });
}

/** Undefined: the owner has to say. */
function rootOf({ provider, baseUrl }: Model): string | undefined {
  return provider === 'anthropic' ? `${baseUrl ?? anthropic.root}/v1` : baseUrl;
}

async function lookAtModel(
  model: Model & { readonly root: string },
  network: Env['network'],
  { clock, signal }: CheckContext,
): Promise<Finding> {
  const { provider, apiKey, root } = model;
  if (provider === 'anthropic' && apiKey === undefined) return lacking('OMEGA_LLM_API_KEY');
  const service = new URL(root).host;
  const options = { headers: headersFor(model), network, signal };
  const began = clock.monotonic();
  try {
    const answer = await askJson(new URL(`${root}/models${provider === 'anthropic' ? '?limit=1000' : ''}`), options);
    const latencyMs = clock.monotonic() - began;
    const offer = Offer.safeParse(answer.body);
    if (answer.status !== 200 || !offer.success) return { ...judgeRefusal(answer, service), latencyMs };
    const ids = offer.data.data.map(({ id }) => id);
    const isKnown = isOffered(model.model, ids) || (await isAlias(model, options));
    return { ...judgeOffer(model.model, { ids, isKnown, service }), latencyMs };
  } catch (error) {
    signal.throwIfAborted();
    return unreachable(error, service);
  }
}

function headersFor({ provider, apiKey }: Model): Record<string, string> {
  if (apiKey === undefined) return {};
  return provider === 'anthropic'
    ? { 'x-api-key': apiKey, 'anthropic-version': anthropic.version }
    : { authorization: `Bearer ${apiKey}` };
}

/** Ollama lists `llama3` as `llama3:latest`, Google `gemini-x` as `models/gemini-x`. */
function isOffered(model: string | undefined, ids: readonly string[]): boolean {
  return model !== undefined && ids.some((id) => [model, `${model}:latest`, `models/${model}`].includes(id));
}

/** Anthropic's short names stand in no list, and are answered for one by one. */
async function isAlias(
  { provider, model, root }: Model & { readonly root: string },
  options: Parameters<typeof askJson>[1],
): Promise<boolean> {
  if (provider !== 'anthropic' || model === undefined) return false;
  const { status } = await askJson(new URL(`${root}/models/${encodeURIComponent(model)}`), options);
  return status === 200;
}

function judgeRefusal({ status }: Answer, service: string): Finding {
  if (status === 401 || status === 403) {
    const reason = {
      en: `${service} refuses the key (HTTP ${status})`,
      nl: `${service} weigert de sleutel (HTTP ${status})`,
    };
    return { status: 'fail', explicit: true, reason, todo: set('OMEGA_LLM_API_KEY') };
  }
  if (status !== 404) return refusal(status, service);
  const reason = {
    en: `${service} has no list of models at this address`,
    nl: `${service} heeft op dit adres geen lijst van modellen`,
  };
  return { status: 'fail', explicit: true, reason, todo: set('OMEGA_LLM_BASE_URL') };
}

const modelNoun = { one: { en: 'model', nl: 'model' }, many: { en: 'models', nl: 'modellen' } };

function judgeOffer(
  model: string | undefined,
  { ids, isKnown, service }: { ids: readonly string[]; isKnown: boolean; service: string },
): Finding {
  const count = amountOf(ids.length, modelNoun);
  if (model === undefined) {
    const reason = {
      en: `${service} offers ${count.en}; none is chosen`,
      nl: `${service} biedt ${count.nl}; er is geen gekozen`,
    };
    return { status: 'warn', reason, todo: set('OMEGA_LLM_MODEL') };
  }
  if (isKnown) return { status: 'ok', reason: { en: `${service} offers ${model}`, nl: `${service} biedt ${model}` } };
  const reason = {
    en: `${service} offers ${count.en}, ${model} not among them`,
    nl: `${service} biedt ${count.nl}, ${model} niet`,
  };
  return { status: 'fail', explicit: true, reason, todo: set('OMEGA_LLM_MODEL') };
}

function lacking(name: string): Finding {
  const reason: Words = { en: `${name} is not set`, nl: `${name} is niet ingesteld` };
  return { status: 'fail', explicit: true, reason, todo: set(name) };
}

function set(name: string): NonNullable<Finding['todo']> {
  const what = { en: `Look at ${name} in .env, then start anew`, nl: `Kijk ${name} na in .env en start opnieuw` };
  return { what, command: 'nano .env', minutes: 5 };
}
