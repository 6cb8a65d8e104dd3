import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { Server as ProxyServer } from 'proxy-chain';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { callText, faultOf, megabyte } from '../support/mcp/bad.ts';
import {
  connectHttp,
  listen,
  sendJson,
  startBadHttp,
  type Exchange,
  type Misbehaviour,
} from '../support/mcp/bad-http.ts';

/** Misbehaves in calls of tools only. */
function inCalls(misbehave: (exchange: Exchange) => void): Misbehaviour {
  return (exchange) => {
    if (exchange.message.method !== 'tools/call') return false;
    misbehave(exchange);
    return true;
  };
}

function inStream(write: (exchange: Exchange) => void): Misbehaviour {
  return inCalls((exchange) => {
    exchange.response.writeHead(200, { 'content-type': 'text/event-stream' });
    write(exchange);
  });
}

test('a server of the first generation of the SDK is called over a stream of events', async () => {
  const url = await startSdkServer();
  const connection = await connectHttp({ url, era: undefined });
  expect(connection).toMatchObject({ era: 'legacy', protocol: '2025-11-25', pid: null });
  expect((await connection.listTools(new AbortController().signal)).tools.map(({ name }) => name)).toEqual(['echo']);
  expect(await callText(connection, 'echo', { args: { say: 'hello' } })).toBe('hello');
  expect(await connection.ping(new AbortController().signal, 5000)).toBeGreaterThan(0);
});

async function startSdkServer(): Promise<URL> {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => crypto.randomUUID() });
  const server = new McpServer({ name: 'sdk', version: '1.0.0' });
  server.registerTool('echo', { inputSchema: { say: z.string() } }, ({ say }) => ({
    content: [{ type: 'text', text: say }],
  }));
  await server.connect(transport);
  return listen(createServer((request, response) => void transport.handleRequest(request, response)));
}

test('a server of the newer revision is found out, and told its arguments in headers too', async () => {
  const calls: unknown[] = [];
  const url = await startModernServer((headers) => calls.push(headers));
  const connection = await connectHttp({ url, era: undefined });
  expect(connection).toMatchObject({ era: 'modern', protocol: '2026-07-28' });
  const { tools, dropped } = await connection.listTools(new AbortController().signal);
  expect([tools.map(({ name }) => name), dropped.map(({ name }) => name)]).toEqual([['query'], ['bad-header']]);
  expect(await callText(connection, 'query', { args: { region: 'eu' } })).toBe('ok');
  expect(calls).toMatchObject([{ 'mcp-param-region': 'eu', 'mcp-name': 'query', 'mcp-method': 'tools/call' }]);
  expect(await connection.ping(new AbortController().signal, 5000)).toBeGreaterThan(0);
});

async function startModernServer(onCall: (headers: object) => void): Promise<URL> {
  const header = (name: string) => ({
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': name } },
  });
  const complete = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };
  const { url } = await startBadHttp(({ message, request, reply }) => {
    if (message.method === 'tools/call') onCall(request.headers);
    const results: Record<string, object> = {
      'server/discover': {
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {} },
        serverInfo: { name: 'm', version: '1' },
      },
      'tools/list': {
        tools: [
          { name: 'query', inputSchema: header('Region') },
          { name: 'bad-header', inputSchema: header('not a token') },
        ],
      },
      'tools/call': { content: [{ type: 'text', text: 'ok' }] },
    };
    reply({ ...complete, ...results[message.method] });
    return true;
  });
  return url;
}

test.for([
  [401, {}, 'auth replied', undefined],
  [403, {}, 'auth replied', undefined],
  [403, { 'x-ratelimit-remaining': '0', 'retry-after': '60' }, 'rate-limited replied', 60_000],
  [429, { 'retry-after': '7' }, 'rate-limited replied', 7000],
  [429, {}, 'rate-limited replied', undefined],
  [500, {}, 'lost unknown', undefined],
  [503, {}, 'lost unknown', undefined],
  [404, {}, 'lost not-sent', undefined],
  [302, { location: 'http://127.0.0.1:1/' }, 'lost replied', undefined],
  [400, {}, 'tool-error replied', undefined],
] as const)('HTTP %i with %j in a call is %s', async ([status, headers, fault, retryAfterMs]) => {
  const { url } = await startBadHttp(inCalls(({ response }) => response.writeHead(status, headers).end('no')));
  const connection = await connectHttp({ url });
  const error = await callText(connection, 'echo').catch((thrown: unknown) => thrown);
  expect(await faultOf(Promise.reject(error))).toBe(fault);
  expect(error).toMatchObject({ retryAfterMs });
});

test.for([
  [401, 'auth replied'],
  [429, 'rate-limited replied'],
  [500, 'start not-sent'],
] as const)('HTTP %i while connecting is %s', async ([status, fault]) => {
  const { url } = await startBadHttp(({ response }) => {
    response.writeHead(status).end();
    return true;
  });
  expect(await faultOf(connectHttp({ url, era: undefined }))).toBe(fault);
  expect(await faultOf(connectHttp({ url, era: 'legacy' }))).toBe(fault);
});

test('a session that the server has forgotten ends the connection', async () => {
  let isForgotten = false;
  const { url } = await startBadHttp(({ response }) => {
    if (isForgotten) response.writeHead(404).end();
    return isForgotten;
  });
  const connection = await connectHttp({ url });
  isForgotten = true;
  expect(await faultOf(callText(connection, 'echo'))).toBe('lost not-sent');
  expect(await connection.closed).toContain('session');
});

test('a refused connection is a start fault, and in a call it is lost and was not sent', async () => {
  const { url, stop } = await startBadHttp();
  const connection = await connectHttp({ url });
  await stop();
  expect(await faultOf(callText(connection, 'echo'))).toBe('lost not-sent');
  expect(await faultOf(connectHttp({ url, era: undefined }))).toBe('start not-sent');
});

test('a connection that is cut off before the answer is lost, and nobody knows', async () => {
  const { url } = await startBadHttp(inCalls(({ request }) => request.socket.destroy()));
  expect(await faultOf(callText(await connectHttp({ url }), 'echo'))).toBe('lost unknown');
});

test('a stream that ends before the answer is lost at once', async () => {
  const { url } = await startBadHttp(inStream(({ response }) => response.end(': bye\n\n')));
  expect(await faultOf(callText(await connectHttp({ url }), 'echo'))).toBe('lost unknown');
});

test('a stream that is cut off before the answer is lost at once', async () => {
  const { url } = await startBadHttp(
    inStream(({ request, response }) => response.write('data: {"jsonrpc"', () => request.socket.destroy())),
  );
  expect(await faultOf(callText(await connectHttp({ url }), 'echo'))).toBe('lost unknown');
});

test('a body of JSON over the bound fails its call, and the session goes on', async () => {
  const large = inCalls(({ message, reply }) => reply({ content: [{ type: 'text', text: sized(message) }] }));
  const connection = await connectHttp({ url: (await startBadHttp(large)).url });
  const start = performance.now();
  expect(await faultOf(callText(connection, 'echo', { args: { bytes: 50 * megabyte } }))).toBe('too-large replied');
  expect(performance.now() - start).toBeLessThan(5000); // A buffer that is searched anew at each chunk takes half a minute.
  expect(await callText(connection, 'echo', { args: { bytes: 3 } })).toBe('xxx');
});

function sized(message: Exchange['message']): string {
  return 'x'.repeat(Number(message.params?.arguments?.['bytes']));
}

test('an event over the bound fails its call, and the events before it are read', async () => {
  const large = inStream(({ message, response }) => {
    const answer = JSON.stringify({
      jsonrpc: '2.0',
      id: message.id,
      result: { content: [{ type: 'text', text: sized(message) }] },
    });
    response.end(`data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\ndata: ${answer}\n\n`);
  });
  const connection = await connectHttp({ url: (await startBadHttp(large)).url });
  expect(await faultOf(callText(connection, 'echo', { args: { bytes: 20 * megabyte } }))).toBe('too-large replied');
  expect(await callText(connection, 'echo', { args: { bytes: 3 } })).toBe('xxx');
});

test.for(['application/json', 'text/event-stream'])(
  'an answer as %s that is nested too deep fails its call',
  async (type) => {
    const deep = inCalls(({ message, response }) => {
      const nested = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
      const answer = `{"jsonrpc":"2.0","id":${message.id},"result":{"content":[],"structuredContent":{"a":${nested}}}}`;
      response
        .writeHead(200, { 'content-type': type })
        .end(type === 'application/json' ? answer : `data: ${answer}\n\n`);
    });
    const connection = await connectHttp({ url: (await startBadHttp(deep)).url });
    expect(await faultOf(callText(connection, 'echo'))).toBe('too-large replied');
  },
);

test('a call that times out frees its socket, and is cancelled at the server', async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const cut = Promise.withResolvers<void>();
  const { url } = await startBadHttp(({ message, response }) => {
    if (message.method === 'notifications/cancelled') cancelled.resolve(message.params?.requestId);
    if (message.method === 'tools/call') response.on('close', cut.resolve);
    return message.method === 'tools/call';
  });
  const connection = await connectHttp({ url });
  expect(await faultOf(callText(connection, 'echo', { timeoutMs: 100 }))).toBe('timeout unknown');
  await cut.promise;
  expect(await cancelled.promise).toBeTypeOf('number');
});

test('an error of the protocol is an answer', async () => {
  const { url } = await startBadHttp(
    inCalls(({ message, response }) =>
      sendJson(response, 200, { jsonrpc: '2.0', id: message.id, error: { code: -32602, message: 'Invalid params' } }),
    ),
  );
  expect(await faultOf(callText(await connectHttp({ url }), 'echo'))).toBe('tool-error replied');
});

test('headers go along with every request, and a session is given back at the end', async () => {
  const server = await startBadHttp();
  const connection = await connectHttp({ url: server.url, headers: { authorization: 'Bearer token' } });
  await callText(connection, 'echo');
  await connection[Symbol.asyncDispose]();
  expect(server.seen.every(({ headers }) => headers.authorization === 'Bearer token')).toBe(true);
  expect(server.seen.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'mcp-session-id': 'session-1' } });
});

test('everything goes through the proxy, and what that refuses was not sent', async () => {
  const asked: string[] = [];
  let isOpen = true;
  const proxy = new ProxyServer({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: ({ hostname, port, isHttp }) => {
      asked.push(`${isHttp ? 'plain' : 'tunnel'} ${hostname}:${port}`);
      if (!isOpen) throw new Error('closed');
      return {};
    },
  });
  await proxy.listen();
  onTestFinished(() => proxy.close(true));
  const { url } = await startBadHttp();
  const connection = await connectHttp({ url, proxy: `http://127.0.0.1:${proxy.port}` });
  expect(await callText(connection, 'echo', { args: { say: 'through' } })).toBe('through');
  expect(new Set(asked)).toEqual(new Set([`tunnel ${url.host}`]));
  isOpen = false;
  expect(await faultOf(callText(connection, 'echo'))).toBe('lost not-sent');
});
