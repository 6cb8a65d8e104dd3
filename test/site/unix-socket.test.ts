import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sayIn } from '#lib/language.ts';
import { throughTailscale, visitorOf } from '#site/through-tailscale.ts';
import { listenOnSocket } from '#site/unix-socket.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omega-sock-'));
  path = join(folder, 'run', 'edge.sock');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function app(): Hono {
  const shown = new Hono().use(throughTailscale(sayIn('en')));
  return shown.get('*', (context) => context.json(visitorOf(context)));
}

async function ask(headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const call = request({ socketPath: path, headers: { host: 'nuc.tail1234.ts.net', ...headers } });
  call.end();
  const [response] = await once(call, 'response');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, body };
}

const me = { 'tailscale-user-login': 'you@example.com', 'tailscale-user-name': 'You' };

test('the socket is its owner’s alone, in a folder of their own', async () => {
  await using _server = await listenOnSocket({ app: app(), path });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'run'))).mode & 0o777).toBe(0o700);
});

test('whom Tailscale names comes in', async () => {
  await using _server = await listenOnSocket({ app: app(), path });
  expect(await ask(me)).toEqual({ status: 200, body: '{"login":"you@example.com","name":"You"}' });
  const name = '=?utf-8?q?Ren=C3=A9e_de?= =?utf-8?q?_Vries?=';
  expect(JSON.parse((await ask({ ...me, 'tailscale-user-name': name })).body)).toMatchObject({
    name: 'Renée de Vries',
  });
});

test.each<[string, Record<string, string>, string]>([
  ['without a name', {}, 'does not say who you are'],
  ['with an empty name', { 'tailscale-user-login': ' ' }, 'does not say who you are'],
  ['from the internet', { ...me, 'tailscale-funnel-request': '?1' }, 'Tailscale Funnel'],
])('a request %s is turned away, and told why', async (_which, headers, why) => {
  await using _server = await listenOnSocket({ app: app(), path });
  const answer = await ask(headers);
  expect(answer.status).toBe(403);
  expect(answer.body).toContain(why);
});

test('a socket that a killed process left is replaced', async () => {
  await using _folder = await listenOnSocket({ app: app(), path: join(folder, 'run', 'other.sock') });
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('ready'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await stat(path)).isSocket()).toBe(true);
  await using _server = await listenOnSocket({ app: app(), path });
  expect((await ask(me)).status).toBe(200);
});

test('one that answers is left alone, and so is anything else of that name', async () => {
  await using _server = await listenOnSocket({ app: app(), path });
  await expect(listenOnSocket({ app: app(), path })).rejects.toMatchObject({ code: 'E_EDGE_SOCKET', exitCode: 2 });
  expect((await ask(me)).status).toBe(200);
  const file = join(folder, 'run', 'a-file');
  await writeFile(file, 'mine');
  await expect(listenOnSocket({ app: app(), path: file })).rejects.toThrow('something else is there');
});

test('it is gone when it is closed', async () => {
  await (await listenOnSocket({ app: app(), path }))[Symbol.asyncDispose]();
  await expect(stat(path)).rejects.toThrow('ENOENT');
});
