import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import { root } from '#lib/paths.ts';
import { mcpToken } from '../../scripts/mcp-token.ts';
import { firstClient, generations } from '../support/mcp/own-clients.ts';
import { inspect } from '../support/mcp/inspector.ts';
import { ownData, type OwnData } from '../support/mcp/own-data.ts';
import { freePort } from '../support/owners-redis.ts';

let data: OwnData;
let edge: ChildProcess;
let url: URL;
let token: string;

beforeAll(async () => {
  data = await ownData();
  const env = { OMEGA_DATA_DIR: data.paths.data, OMEGA_EDGE_PORT: String(await freePort()) };
  edge = spawn(process.execPath, [join(root, 'scripts', 'edge.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: edge.stdout! });
  for await (const line of lines) if (line.includes('The page is at')) break;
  edge.stdout?.resume();
  const address = JSON.parse(await readFile(join(data.paths.run, 'edge.json'), 'utf8'));
  url = new URL('/mcp', z.object({ url: z.string() }).parse(address).url);
  token = await mcpToken(data.paths);
});
afterAll(async () => {
  edge.kill('SIGKILL');
  await once(edge, 'exit');
  await data[Symbol.asyncDispose]();
});

const question = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'status', arguments: {} },
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Answered {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** Where the edge hangs up on a large body the kernel may drop its answer with the rest: then it is asked again. */
async function ask(asked: Asked = {}, tries = 5): Promise<Answered> {
  try {
    return await askOnce(asked);
  } catch (error) {
    if (tries === 1 || !['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '')) throw error;
    return ask(asked, tries - 1);
  }
}

/** Past `fetch`, which refuses another Host and follows rules of its own. */
async function askOnce({ method = 'POST', headers = {}, body = question }: Asked): Promise<Answered> {
  const usual = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const call = request(url, { method, headers: { ...usual, ...headers }, agent: false });
  call.on('error', () => {}); // It may hang up before a large body is through; what it said was heard.
  call.end(body);
  const [response] = await once(call, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

describe.each(Object.entries(generations))('%s', (_, connect) => {
  test('lists the tools, asks them and reads resources', async () => {
    await Promise.all([data.seen(Date.now()), data.report('# Trends')]);
    await using client = await connect({ url, token });
    expect(await client.toolNames()).toEqual(['status', 'incidents', 'jobs', 'run_job', 'reports', 'memory_search']);
    const { text: said, isError } = await client.call('status');
    expect(isError).toBe(false);
    expect(said).toContain('The last heartbeat was');
    expect(await client.read('omega://reports/marketing/2025-11-22-trends')).toContain('# Trends');
    expect((await client.call('run_job', { job: 'canary' })).text).toContain('npm start');
  });

  test('is refused with a wrong token', async () => {
    await expect(connect({ url, token: 'not-the-token-of-this-machine' })).rejects.toThrow(/401|nauthorized|token/);
  });
});

test('the inspector’s command line lists the tools and reads a report', async () => {
  await data.report('# Trends');
  const call = [url.href, '--transport', 'http', '--header', `Authorization: Bearer ${token}`];
  const list = await inspect([...call, '--method', 'tools/list']);
  expect(list).toMatchObject({ tools: expect.arrayContaining([expect.objectContaining({ name: 'run_job' })]) });
  const read = ['--method', 'resources/read', '--uri', 'omega://reports/marketing/2025-11-22-trends'];
  expect(JSON.stringify(await inspect([...call, ...read]))).toContain('# Trends');
});

test('one answer is JSON, without a session and never stored', async () => {
  const { status, headers, body } = await ask();
  expect(status).toBe(200);
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  expect(headers).not.toHaveProperty('mcp-session-id');
  expect(JSON.parse(body)).toMatchObject({ id: 1, result: { structuredContent: { running: false } } });
});

describe('the guard', () => {
  test.each([
    ['no token', { authorization: '' }, 401],
    ['a wrong token', { authorization: 'Bearer not-the-token-of-this-machine' }, 401],
    ['another scheme', { authorization: 'Basic b21lZ2E6b21lZ2E=' }, 401],
    ['a name that is not this machine’s', { host: 'evil.example' }, 421],
    ['a page of another place', { origin: 'http://evil.example' }, 403],
    ['a page without a place', { origin: 'null' }, 403],
    ['a page of this machine on another port', { origin: 'http://127.0.0.1:1' }, 403],
  ])('%s is refused before anything is read', async (_, headers, status) => {
    const answer = await ask({ headers });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('who has no token is told how to bring one', async () => {
    const { headers, body } = await ask({ headers: { authorization: '' } });
    expect(headers['www-authenticate']).toBe('Bearer realm="omega"');
    expect(body).toContain('docs/connect.md');
  });

  test('the edge’s own page may ask', async () => {
    expect(await ask({ headers: { origin: url.origin } })).toMatchObject({ status: 200 });
  });

  test('the token lies in a file that its owner alone can read, and is another one when that is removed', async () => {
    const file = join(data.paths.keys, 'mcp.token');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await rm(file);
    expect(await ask()).toMatchObject({ status: 401 });
    await writeFile(file, `${token}\n`);
    expect(await ask()).toMatchObject({ status: 200 });
  });

  test.each(['GET', 'DELETE', 'PUT', 'OPTIONS'])('%s is refused: there is no session', async (method) => {
    const { status, headers } = await ask({ method, body: '' });
    expect([status, headers['allow']]).toEqual([405, 'POST']);
  });

  test.each([
    ['a body of 10 MB', { body: 'x'.repeat(10_000_000) }, 413],
    [
      'a body of 10 MB that does not say so',
      { body: 'x'.repeat(10_000_000), headers: { 'transfer-encoding': 'chunked' } },
      413,
    ],
    ['what is no JSON', { body: '{broken' }, 400],
    ['what is no message', { body: '{"hello":1}' }, 400],
    ['another type', { headers: { 'content-type': 'text/plain' } }, 415],
    ['a client that takes no JSON', { headers: { accept: 'text/html' } }, 406],
    ['a revision that nobody speaks', { headers: { 'mcp-protocol-version': '1999-01-01' } }, 400],
  ])('%s is refused, and the edge goes on', async (_, asked, status) => {
    expect(await ask(asked)).toMatchObject({ status });
    expect(await ask()).toMatchObject({ status: 200 });
  });
});

test('fifty clients at once are all answered', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask()));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
});

test('a tool that there is not is an error for the model, not of the connection', async () => {
  await using client = await firstClient({ url, token });
  expect(await client.call('shutdown')).toMatchObject({ isError: true, text: expect.stringContaining('not found') });
});
