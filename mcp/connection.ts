import type { CallToolRequestOptions, Client, RequestOptions, Tool } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { createClient, type ClientExtras } from './client.ts';
import type { Connection, ConnectOptions, RawResult } from './connect.ts';
import { openLine, type Line } from './line.ts';
import { retell } from './retell.ts';
import { ToolError } from './tool-error.ts';
import { listTools, type ToolList } from './tool-list.ts';
import { quoted, track } from './underway.ts';

interface Open {
  readonly client: Client;
  readonly line: Line;
  /** Aborted with the connection's end. */
  readonly life: AbortController;
  /** In the newer revision over HTTP, arguments may travel as headers too: a tool's schema says which. */
  readonly hasParamHeaders: boolean;
  readonly redact: (text: string) => string;
}

/** A result as it came, each block known by its type and no more. */
const Result = z.object({
  content: z.array(z.looseObject({ type: z.string() })).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
});

/** The SDK's own timer never comes first: a request's time is ours to take. */
const neverMs = 2 ** 31 - 1;

/** Connects to a server as `connect` does, with what the conformance suite adds. */
export async function openConnection(options: ConnectOptions, extras: ClientExtras = {}): Promise<Connection> {
  const { target, startTimeoutMs, signal, redact = String } = options;
  const life = new AbortController();
  const client = createClient(options, extras, life.signal);
  let line: Line | undefined;
  const shakeHands = async (own: AbortSignal): Promise<Line> => {
    line = await openLine({ ...options, ...(extras.around && { around: extras.around }) });
    if (own.aborted) await line[Symbol.asyncDispose](); // Nobody waits for it any more, so nobody else ends it.
    own.throwIfAborted();
    const isKnown = target.kind === 'http' && target.era === 'legacy';
    await client.connect(line.transport, { ...until(own), ...(isKnown && { prior: { kind: 'legacy' } }) });
    return line;
  };
  try {
    const open = await track(shakeHands, { signal, timeoutMs: startTimeoutMs });
    const hasParamHeaders = target.kind === 'http' && client.getProtocolEra() === 'modern';
    return toConnection({ client, line: open, life, hasParamHeaders, redact });
  } catch (error) {
    await line?.[Symbol.asyncDispose]();
    throw error instanceof ToolError ? startFault(inFewWords(error, redact), line?.lastWords() ?? '') : error;
  }
}

function startFault(error: ToolError, lastWords: string): ToolError {
  if (error.kind === 'auth' || error.kind === 'rate-limited') return error;
  const words = lastWords === '' ? '' : `\nIts last words:\n${lastWords}`;
  return new ToolError(`The server could not be started or reached. ${error.message}${words}`, {
    kind: 'start',
    delivery: 'not-sent',
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

/** One that holds a server's words. */
function inFewWords(error: ToolError, redact: Open['redact']): ToolError {
  const message = quoted(redact(error.message));
  return message === error.message ? error : retell(error, { message });
}

function toConnection({ client, line, life, hasParamHeaders, redact }: Open): Connection {
  const era = client.getProtocolEra() ?? 'legacy';
  const definitions = new Map<string, Tool>();
  let closing: Promise<void> | undefined;

  async function worded<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof ToolError ? inFewWords(error, redact) : error;
    }
  }

  async function list(signal: AbortSignal): Promise<ToolList> {
    const found = await listTools(client, { signal, hasParamHeaders });
    definitions.clear();
    if (hasParamHeaders) for (const { name, raw } of found.tools) definitions.set(name, definitionOf(name, raw));
    return found;
  }

  async function call(...[tool, args, { signal, timeoutMs }]: Parameters<Connection['call']>): Promise<RawResult> {
    let came: Record<string, unknown> = {};
    const toolDefinition = definitions.get(tool);
    const ask = (own: AbortSignal): Promise<unknown> => {
      const options: CallToolRequestOptions = { ...until(own), ...(toolDefinition && { toolDefinition }) };
      return client.callTool({ name: tool, arguments: { ...args } }, options);
    };
    await track(ask, { signal, timeoutMs, onResult: (result) => (came = takePayload(result)) });
    return toResult(came);
  }

  async function ping(signal: AbortSignal, timeoutMs: number): Promise<number> {
    const start = performance.now();
    await track(askAnything, { signal, timeoutMs });
    return performance.now() - start;
  }

  async function askAnything(own: AbortSignal): Promise<unknown> {
    return era === 'modern' ? client.discover(until(own)) : client.ping(until(own));
  }

  async function close(): Promise<void> {
    life.abort();
    await line[Symbol.asyncDispose]();
  }

  return {
    pid: line.pid,
    protocol: client.getNegotiatedProtocolVersion() ?? 'unknown',
    era,
    closed: line.over,
    listTools: (signal) => worded(list(signal)),
    call: (...question) => worded(call(...question)),
    ping: (...question) => worded(ping(...question)),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

function until(signal: AbortSignal): RequestOptions {
  return { signal, timeout: neverMs };
}

/** No more than says which arguments go along as headers. */
function definitionOf(name: string, raw: Readonly<Record<string, unknown>>): Tool {
  return { name, inputSchema: z.custom<Tool['inputSchema']>().parse(raw['inputSchema']) };
}

/** The SDK would refuse all of a result for one block of a kind that it does not know. */
function takePayload(result: Record<string, unknown>): Record<string, unknown> {
  const came = { ...result };
  if (Array.isArray(result['content'])) result['content'] = [];
  delete result['structuredContent'];
  return came;
}

function toResult(came: Record<string, unknown>): RawResult {
  const { data, error } = Result.safeParse(came);
  if (data !== undefined) return { ...data, structuredContent: data.structuredContent };
  const why = z.prettifyError(error);
  throw new ToolError(`The server's answer makes no sense: ${why}`, { kind: 'tool-error', delivery: 'replied' });
}
