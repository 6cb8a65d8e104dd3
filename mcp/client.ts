import { Client, type ClientOptions, type JsonSchemaValidator } from '@modelcontextprotocol/client';
import { z } from 'zod';
import manifest from '../package.json' with { type: 'json' };
import { atMostEvery } from './at-most-every.ts';
import type { FetchOptions } from './bounded-fetch.ts';
import type { ConnectOptions } from './connect.ts';

/** What the conformance suite asks of a client, and Omega itself never offers a server. */
export interface ClientExtras {
  readonly options?: ClientOptions;
  readonly around?: NonNullable<FetchOptions['around']>;
  readonly prepare?: (client: Client) => void;
}

const toolsChangedEveryMs = 5000;

/**
 * The SDK's client, which declares no abilities, above all no roots: the filesystem server would put them in the place
 * of its own folders. A process is spoken to in the older revision, because finding out would start a second one.
 */
export function createClient(
  { target, onToolsChanged }: ConnectOptions,
  { options, prepare }: ClientExtras,
  life: AbortSignal,
): Client {
  const onChanged = onToolsChanged && atMostEvery(toolsChangedEveryMs, onToolsChanged, life);
  const client = new Client(
    { name: manifest.name, version: manifest.version },
    {
      capabilities: {},
      // A server's patterns are never executed, for some take forever.
      jsonSchemaValidator: { getValidator: acceptAll },
      versionNegotiation: { mode: target.kind === 'stdio' ? 'legacy' : 'auto' },
      inputRequired: { autoFulfill: false },
      ...(onChanged && { listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged } } }),
      ...options,
    },
  );
  prepare?.(client);
  return client;
}

function acceptAll<Data>(): JsonSchemaValidator<Data> {
  return (data) => ({ valid: true, data: z.custom<Data>().parse(data), errorMessage: undefined });
}
