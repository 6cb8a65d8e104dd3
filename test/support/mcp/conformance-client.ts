/**
 * The client that the conformance suite drives: Omega's own connections, with the abilities that some scenarios ask of
 * a client and Omega never offers a server. The suite names the scenario in the environment and the server's address
 * as the last argument.
 */
import type { Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { ClientExtras } from '#mcp/client.ts';
import type { Connection } from '#mcp/connect.ts';
import { openConnection } from '#mcp/connection.ts';
import { signingIn } from './sign-in.ts';

const Context = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })).default([]),
});

const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const context = Context.parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'));
const serverUrl = new URL(process.argv.at(-1) ?? '');
const signal = AbortSignal.timeout(120_000);
let client: Client | undefined;

await using connection = await openConnection(
  {
    target: { kind: 'http', url: serverUrl, headers: {}, proxy: undefined, era: undefined },
    maxResultBytes: 1024 * 1024,
    startTimeoutMs: 60_000,
    signal,
  },
  extras(),
);
await play(connection);

function extras(): ClientExtras {
  const prepare = (made: Client): void => {
    client = made;
    if (asksForInput()) made.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} }));
  };
  const options = {
    capabilities: { elicitation: { form: { applyDefaults: true } } },
    inputRequired: { autoFulfill: true },
  };
  return {
    prepare,
    ...(asksForInput() && { options }),
    ...(scenario.startsWith('auth/') && { around: signingIn(signInOf()) }),
  };
}

function asksForInput(): boolean {
  return ['elicitation-sep1034-client-defaults', 'sep-2322-client-request-state'].includes(scenario);
}

function signInOf() {
  const { client_id, client_secret } = context;
  if (client_id === undefined) return { serverUrl };
  return { serverUrl, client: { client_id, ...(client_secret !== undefined && { client_secret }) } };
}

/** Lists the tools and calls each that is there, with arguments that suit any of the suite's. */
async function play({ listTools, call }: Connection): Promise<void> {
  const { tools, dropped } = await listTools(signal);
  process.stdout.write(`${scenario}: ${tools.length} tools, ${dropped.length} dropped\n`);
  const planned = tools.map(({ name }) => ({ name, arguments: { a: 5, b: 3, region: 'us-west1', query: 'SELECT 1' } }));
  for (const { name, arguments: args } of context.toolCalls.length > 0 ? context.toolCalls : planned) {
    await call(name, args, { signal, timeoutMs: 30_000 });
  }
  if (scenario === 'http-standard-headers') await readTheRest();
}

/** What Omega has no use for: prompts and resources. */
async function readTheRest(): Promise<void> {
  const resources = (await client?.listResources())?.resources ?? [];
  for (const { uri } of resources) await client?.readResource({ uri });
  const prompts = (await client?.listPrompts())?.prompts ?? [];
  for (const { name } of prompts) await client?.getPrompt({ name });
}
