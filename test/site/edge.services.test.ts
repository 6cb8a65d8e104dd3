import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usualEdgePort } from '#lib/env.ts';
import { root } from '#lib/paths.ts';
import { temporaryFolder } from '../support/site.ts';

let data: Awaited<ReturnType<typeof temporaryFolder>>;
let edge: ChildProcess | undefined;

beforeEach(async () => {
  data = await temporaryFolder();
});

afterEach(async () => {
  if (edge !== undefined && edge.exitCode === null && edge.signalCode === null) {
    edge.kill('SIGKILL');
    await once(edge, 'exit');
  }
  await data[Symbol.asyncDispose]();
});

function start(env: Record<string, string> = {}): ChildProcess {
  edge = spawn(process.execPath, [join(root, 'scripts', 'edge.ts')], {
    env: { OMEGA_DATA_DIR: data.path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return edge;
}

/** Resolves with its address once it says that it serves. */
async function serving(child: ChildProcess): Promise<{ url: string; port: number; pid: number }> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.includes('The page is at')) break;
  }
  return JSON.parse(await readFile(join(data.path, 'run', 'edge.json'), 'utf8'));
}

test('the edge serves without Redis and without a worker, and says that nothing is known yet', async () => {
  const { url, pid } = await serving(start());
  expect(pid).toBe(edge?.pid);
  const [page, health] = await Promise.all([fetch(url), fetch(`${url}healthz`)]);
  expect([page.status, health.status]).toEqual([503, 503]);
  expect(await health.json()).toMatchObject({ state: 'unknown' });
});

test('while another program is on the usual port the edge comes back where it was, and notes what it found', async () => {
  const other = createServer().listen(usualEdgePort, '127.0.0.1');
  await once(other, 'listening').catch(() => {}); // Or somebody was there already, which is as good.
  await mkdir(join(data.path, 'run'));
  const last = { url: 'http://127.0.0.1:8517/', host: '127.0.0.1', port: 8517, pid: 1 };
  await writeFile(join(data.path, 'run', 'edge.json'), JSON.stringify(last));
  const address = await serving(start());
  other.close();
  expect(address).toMatchObject({ port: 8517, usualPortTaken: true });
});

test('a port of the owner that is taken ends the edge with exit code 2 and one clear error', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const child = start({ OMEGA_EDGE_PORT: String(port) });
  let said = '';
  child.stderr?.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'close');
  other.close();
  expect(code).toBe(2);
  expect(said).toContain(`127.0.0.1:${port} is taken by another program`);
  expect(said).toContain('OMEGA_EDGE_PORT');
});

test('the edge answers what is being asked, then ends, when it is told to stop', async () => {
  const child = start();
  await mkdir(join(data.path, 'site'));
  await writeFile(join(data.path, 'site', 'index.html'), 'the page');
  const { url } = await serving(child);
  expect(await (await fetch(url)).text()).toBe('the page');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await expect(fetch(url)).rejects.toThrow();
});

test('the edge answers Tailscale on its socket, and leaves none behind', async () => {
  const child = start();
  await serving(child);
  const socketPath = join(data.path, 'run', 'edge.sock');
  const call = request({
    socketPath,
    headers: { host: 'nuc.tail1234.ts.net', 'tailscale-user-login': 'you@example.com' },
  });
  call.end();
  const [response] = await once(call, 'response');
  response.resume();
  expect(response.statusCode).toBe(503);
  child.kill('SIGTERM');
  await once(child, 'exit');
  await expect(stat(socketPath)).rejects.toThrow('ENOENT');
});

test('a killed edge that is started again has its socket again', async () => {
  const first = start();
  await serving(first);
  first.kill('SIGKILL');
  await once(first, 'exit');
  await serving(start());
  expect((await stat(join(data.path, 'run', 'edge.sock'))).isSocket()).toBe(true);
});

test.each(['0.0.0.0', '8.8.8.8'])(
  'an edge that is to serve %s ends with exit code 2 and one clear error',
  async (host) => {
    const child = start({ OMEGA_EDGE_HOST: host });
    let said = '';
    child.stderr?.on('data', (chunk) => (said += chunk));
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(said).toContain('nothing of Omega is served to the internet');
  },
);
