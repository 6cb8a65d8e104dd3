import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { connect, type Connection, type ConnectOptions, type HttpTarget } from '#mcp/connect.ts';
import { megabyte } from './bad.ts';

export interface Posted {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: Record<string, unknown>;
    readonly requestId?: number;
  };
}

/** One exchange: what came, and where the answer goes. */
export interface Exchange {
  readonly message: Posted;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers with a result, as JSON. */
  readonly reply: (result: object) => void;
}

/** Answers some exchanges in its own way; false leaves one to the good server underneath. */
export type Misbehaviour = (exchange: Exchange) => boolean | Promise<boolean>;

export interface BadHttp {
  readonly url: URL;
  /** Refuses connections from now on; none is kept open beyond its exchange. */
  readonly stop: () => Promise<void>;
  readonly seen: readonly {
    readonly method: string;
    readonly headers: IncomingMessage['headers'];
    readonly message: Posted | null;
  }[];
}

/** A server of the older revision over HTTP, with sessions, that a test may make misbehave in any exchange. */
export async function startBadHttp(misbehave: Misbehaviour = () => false): Promise<BadHttp> {
  const seen: { method: string; headers: IncomingMessage['headers']; message: Posted | null }[] = [];
  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.shouldKeepAlive = false;
    const body = await text(request);
    const message = body === '' ? null : (JSON.parse(body) as Posted);
    seen.push({ method: request.method ?? '', headers: request.headers, message });
    if (message === null) {
      response.writeHead(request.method === 'GET' ? 405 : 200).end();
      return;
    }
    const reply = (result: object): void => sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result });
    const whole = { message, request, response, reply };
    if (!(await misbehave(whole))) behave(whole);
  }

  const server = createServer((request, response) => void exchange(request, response));
  const url = await listen(server);
  const stop = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return { url, seen, stop };
}

export async function listen(server: Server): Promise<URL> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
}

function behave({ message, response, reply }: Exchange): void {
  if (message.id === undefined) return void response.writeHead(202).end();
  if (message.method === 'initialize') {
    response.setHeader('mcp-session-id', 'session-1');
    return reply({
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'http', version: '1' },
    });
  }
  if (message.method === 'tools/list') return reply({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] });
  if (message.method === 'ping') return reply({});
  if (message.method === 'tools/call')
    return reply({ content: [{ type: 'text', text: String(message.params?.arguments?.['say']) }] });
  sendJson(response, 400, { jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'Method not found' } });
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A connection to a server over HTTP, closed with the test. */
export async function connectHttp(
  target: Pick<HttpTarget, 'url'> & Partial<HttpTarget>,
  more: Partial<ConnectOptions> = {},
): Promise<Connection> {
  const connection = await connect({
    target: { kind: 'http', headers: {}, proxy: undefined, era: 'legacy', ...target },
    maxResultBytes: megabyte,
    startTimeoutMs: 10_000,
    signal: new AbortController().signal,
    ...more,
  });
  onTestFinished(() => connection[Symbol.asyncDispose]());
  return connection;
}
