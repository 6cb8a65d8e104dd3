import type { Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { ListedTool } from './connect.ts';
import { paramHeaderFault } from './param-headers.ts';
import { ToolError } from './tool-error.ts';
import { quoted, track } from './underway.ts';

/** All tools of a server that can be used, and what became of the others. */
export interface ToolList {
  readonly tools: readonly ListedTool[];
  readonly dropped: readonly { readonly name: string; readonly why: string }[];
}

export interface ToolListOptions {
  readonly signal: AbortSignal;
  /** Over HTTP in the newer revision arguments may travel as headers too, and a tool that abuses that is not usable. */
  readonly hasParamHeaders: boolean;
}

/** The most that any server may list, far above what a real one does. */
export const listBounds = { pages: 100, tools: 5000 } as const;

/** How long each page may take. */
const pageTimeoutMs = 30_000;

/** What is not seen where it is printed, or moves what is around it: a name with it passes for another one. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;

const Tool = z.looseObject({
  name: z
    .string()
    .min(1)
    .max(256)
    .refine((name) => name.search(unseen) < 0, 'holds characters that are not seen')
    .refine((name) => name !== '__proto__', 'is no name that an object can have'), // Its pin would be lost.
  inputSchema: z.looseObject({ type: z.literal('object') }),
});
const Page = z.looseObject({ nextCursor: z.string().optional() });

/**
 * Asks a server for its tools, page after page, and judges each alone: a bad one is dropped and named, the others stay.
 * @throws ToolError `too-large` over a bound, `tool-error` where a page leads back to an earlier one.
 */
export async function listTools(client: Client, options: ToolListOptions): Promise<ToolList> {
  const tools: ListedTool[] = [];
  const dropped: { name: string; why: string }[] = [];
  for await (const entry of entries(client, options.signal)) {
    if (tools.length + dropped.length >= listBounds.tools) throw tooMany(`${listBounds.tools} tools`);
    const judged = judge(entry, options.hasParamHeaders);
    if ('why' in judged) dropped.push(judged);
    else tools.push(judged);
  }
  return { tools, dropped };
}

async function* entries(client: Client, signal: AbortSignal): AsyncGenerator {
  if (client.getServerCapabilities()?.tools === undefined) return;
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < listBounds.pages; page += 1) {
    const { found, next } = await fetchPage(client, cursor, signal);
    yield* found;
    if (next === undefined) return;
    if (seen.has(next)) throw inCircles(next);
    seen.add(next);
    cursor = next;
  }
  throw tooMany(`${listBounds.pages} pages of tools`);
}

/** The SDK never sees the tools: it would refuse all of a page for one that is bad. */
async function fetchPage(
  client: Client,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<{ found: readonly unknown[]; next: string | undefined }> {
  let found: readonly unknown[] = [];
  const onResult = (result: Record<string, unknown>): void => {
    if (!Array.isArray(result['tools'])) return;
    found = result['tools'];
    result['tools'] = [];
  };
  const request = { method: 'tools/list', params: cursor === undefined ? {} : { cursor } };
  const ask = (own: AbortSignal) => client.request(request, Page, { signal: own, timeout: 2 * pageTimeoutMs });
  const { nextCursor } = await track(ask, { signal, timeoutMs: pageTimeoutMs, onResult });
  return { found, next: nextCursor };
}

function judge(entry: unknown, hasParamHeaders: boolean): ListedTool | { name: string; why: string } {
  const parsed = Tool.safeParse(entry);
  if (!parsed.success) return { name: nameOf(entry), why: quoted(z.prettifyError(parsed.error)) };
  const { name, inputSchema } = parsed.data;
  const why = hasParamHeaders ? paramHeaderFault(inputSchema) : null;
  return why === null ? { name, raw: parsed.data } : { name, why };
}

function nameOf(entry: unknown): string {
  const parsed = z.object({ name: z.string() }).safeParse(entry);
  const name = parsed.success ? quoted(parsed.data.name.replaceAll(unseen, ' ')).slice(0, 100) : '';
  return name || 'a tool without a name';
}

function tooMany(what: string): ToolError {
  return new ToolError(`The server lists more than ${what}`, { kind: 'too-large', delivery: 'replied' });
}

function inCircles(cursor: string): ToolError {
  return new ToolError(`The server's list of tools runs in circles: page ${quoted(cursor).slice(0, 60)} comes twice`, {
    kind: 'tool-error',
    delivery: 'replied',
  });
}
