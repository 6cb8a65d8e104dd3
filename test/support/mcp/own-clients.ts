import { Client as SecondClient, StreamableHTTPClientTransport as SecondHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as SecondStdio } from '@modelcontextprotocol/client/stdio';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as FirstStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as FirstHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { z } from 'zod';

/** Where a client finds Omega's own server. */
export type OwnTarget =
  | { readonly command: string; readonly args: string[]; readonly env: Record<string, string> }
  | { readonly url: URL; readonly token: string };

const Answer = z.object({
  content: z.array(z.object({ text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

/** What tests ask, the same for every generation of client. */
export interface OwnClient extends AsyncDisposable {
  readonly toolNames: () => Promise<string[]>;
  readonly call: (name: string, args?: Record<string, unknown>, signal?: AbortSignal) => Promise<OwnAnswer>;
  readonly resources: () => Promise<string[]>;
  readonly read: (uri: string) => Promise<string>;
}

export interface OwnAnswer {
  readonly text: string;
  readonly facts: Record<string, unknown>;
  readonly isError: boolean;
}

/** Both generations of the SDK; the second one as it finds out by itself, and as it speaks to older servers. */
export const generations = {
  'the first SDK': firstClient,
  'the second SDK on auto': (target: OwnTarget) => secondClient(target, 'auto'),
  'the second SDK on legacy': (target: OwnTarget) => secondClient(target, 'legacy'),
} satisfies Record<string, (target: OwnTarget) => Promise<OwnClient>>;

const me = { name: 'a-test', version: '1.0.0' };

/** A client of the first SDK, which every answer is validated by. */
export async function firstClient(target: OwnTarget): Promise<OwnClient> {
  const transport: Transport =
    'url' in target ? new FirstHttp(target.url, { requestInit: bearer(target.token) }) : new FirstStdio(target);
  return connectedFirst(transport);
}

/** The same over any transport. */
export async function connectedFirst(transport: Transport): Promise<OwnClient> {
  const client = new FirstClient(me);
  await client.connect(transport);
  return {
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, signal) => {
      const options = signal === undefined ? {} : { signal };
      return answerOf(await client.callTool({ name, arguments: args }, undefined, options));
    },
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function secondClient(target: OwnTarget, mode: 'auto' | 'legacy'): Promise<OwnClient> {
  const client = new SecondClient(me, { versionNegotiation: { mode } });
  const transport =
    'url' in target ? new SecondHttp(target.url, { requestInit: bearer(target.token) }) : new SecondStdio(target);
  await client.connect(transport);
  return {
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, signal) => {
      const options = signal === undefined ? {} : { signal };
      return answerOf(await client.callTool({ name, arguments: args }, options));
    },
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function bearer(token: string): RequestInit {
  return { headers: { Authorization: `Bearer ${token}` } };
}

function answerOf(result: unknown): OwnAnswer {
  const { content, structuredContent = {}, isError = false } = Answer.parse(result);
  return { text: content.map(({ text }) => text).join('\n'), facts: structuredContent, isError };
}

function textOf(contents: unknown): string {
  return z.array(z.object({ text: z.string() })).parse(contents)[0]?.text ?? '';
}
