import { createHash } from 'node:crypto';
import { z } from 'zod';
import { systemClock, type Clock } from '#lib/clock.ts';
import type { EmbeddingSettings, Env } from '#lib/env.ts';
import { embeddingProviders } from '#lib/env-variables.ts';
import { messageOf } from '#lib/errors.ts';
import { configurationError } from '#lib/given.ts';
import type { Log } from '#lib/log.ts';
import { isNear, wayTo } from '../../way.ts';
import type { Embedder } from './embedder.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import type { Protocol } from './protocol.ts';
import { createRemoteEmbedder } from './remote.ts';

/** Which model made the vectors of a space, so that it can still be asked while another one takes over; plain JSON, no key. */
export const SpaceDescription = z.object({
  provider: z.enum(embeddingProviders),
  /** Null: there is only one, here. */
  url: z.string().nullable(),
  model: z.string().nullable(),
});
export type SpaceDescription = Readonly<z.infer<typeof SpaceDescription>>;

export interface EmbedderOptions {
  readonly network: Env['network'];
  readonly log: Log;
  /** Makes the model that needs neither network nor key. */
  readonly local: () => Embedder;
  readonly clock?: Clock;
}

/** Written into the name of a space: another one means other vectors of the same model. */
const version = 'v1';
const longestSpace = 60;

const protocols = { ollama, openai } as const;

/** The model that the settings name. @throws OmegaError `E_CONFIG`, exit code 2, naming every fault at once. */
export function createEmbedder(settings: EmbeddingSettings, options: EmbedderOptions): Embedder {
  const faults = faultsOf(settings, options.network);
  if (faults.length > 0) throw configurationError(faults);
  for (const warning of warningsOf(settings)) options.log.warn(warning);
  return embedderOf(describeSpace(settings), settings, options);
}

/** What is kept of the settings beside the vectors that they lead to. */
export function describeSpace({ provider, url, model }: EmbeddingSettings): SpaceDescription {
  if (provider === 'local') return { provider, url: null, model: null };
  const { usualUrl, usualModel } = protocols[provider];
  return { provider, url: url ?? usualUrl, model: model ?? usualModel };
}

/**
 * The model of a space that there is already, whatever the settings name now; their key goes to no other host than
 * theirs.
 */
export function embedderOf(
  { provider, url, model }: SpaceDescription,
  settings: EmbeddingSettings,
  { network, local, clock = systemClock }: EmbedderOptions,
): Embedder {
  if (provider === 'local') return local();
  const protocol = protocols[provider];
  const address = url ?? protocol.usualUrl;
  const name = model ?? protocol.usualModel;
  const isTheirs = describeSpace(settings).url === address;
  return createRemoteEmbedder({
    protocol,
    space: spaceName(provider, name),
    url: address,
    model: name,
    apiKey: isTheirs ? settings.apiKey : undefined,
    dispatcher: wayTo(new URL(address), network),
    clock,
  });
}

/** `ollama-bge-m3-v1`: a-z, 0-9 and “-”, 60 at most; a hash tells apart what would read the same. */
export function spaceName(provider: Protocol['provider'], model: string): string {
  const exact = `${provider}-${model.replace(/:latest$/, '')}`;
  const safe = exact.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const whole = `${safe}-${version}`;
  if (safe === exact && whole.length <= longestSpace) return whole;
  const hash = createHash('sha256').update(exact).digest('hex').slice(0, 8);
  const end = `-${hash}-${version}`;
  return `${safe.slice(0, longestSpace - end.length).replace(/-$/, '')}${end}`;
}

/** None holds the value of a key. */
function faultsOf(settings: EmbeddingSettings, network: Env['network']): string[] {
  const { provider, model, apiKey } = settings;
  const { url: address } = describeSpace(settings);
  if (address === null) return [];
  const url = URL.parse(address);
  const faults: string[] = [];
  if (url === null || !/^https?:$/.test(url.protocol)) faults.push('OMEGA_EMBEDDINGS_URL is no address of a server');
  else faults.push(...networkFaults(url, network));
  if (url !== null && (url.username !== '' || url.password !== ''))
    faults.push('OMEGA_EMBEDDINGS_URL holds a name or a password; put the key into OMEGA_EMBEDDINGS_API_KEY');
  if (model !== undefined && !/^[\w./:@+-]+$/.test(model))
    faults.push('OMEGA_EMBEDDINGS_MODEL may hold letters, digits and . / : @ + - _ only');
  if (apiKey !== undefined && !/^[\x21-\x7E]+$/.test(apiKey))
    faults.push('OMEGA_EMBEDDINGS_API_KEY holds a blank or a character that no key has; was it copied whole?');
  if (provider === 'openai' && apiKey === undefined && url?.hostname === new URL(openai.usualUrl).hostname)
    faults.push('OMEGA_EMBEDDINGS_API_KEY is not set, and api.openai.com answers nobody without one');
  return faults;
}

/** A proxy or certificates that cannot be used show when a way is made with them. */
function networkFaults(url: URL, network: Env['network']): string[] {
  try {
    wayTo(url, network);
    return [];
  } catch (error) {
    return [`embeddings cannot be asked for over this network: ${messageOf(error)}`];
  }
}

function warningsOf(settings: EmbeddingSettings): string[] {
  return settings.provider === 'local' ? unusedNames(settings) : unsealedKey(settings);
}

function unusedNames({ url, model, apiKey }: EmbeddingSettings): string[] {
  const unused = Object.entries({ URL: url, MODEL: model, API_KEY: apiKey }).filter(([, value]) => value !== undefined);
  if (unused.length === 0) return [];
  const names = unused.map(([name]) => `OMEGA_EMBEDDINGS_${name}`).join(', ');
  return [`without effect: ${names}, for OMEGA_EMBEDDINGS is local; set it to ollama or openai`];
}

function unsealedKey({ url, apiKey }: EmbeddingSettings): string[] {
  const address = url === undefined ? null : URL.parse(url);
  if (address === null || apiKey === undefined || address.protocol === 'https:' || isNear(address)) return [];
  return [`OMEGA_EMBEDDINGS_URL has no https: anybody between here and ${address.host} can read texts and key`];
}
