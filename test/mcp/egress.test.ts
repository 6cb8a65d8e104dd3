import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch, ProxyAgent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { createLog, silentLog } from '#lib/log.ts';
import { openEgress, type Egress, type EgressOptions } from '#mcp/egress.ts';
import { isPublicAddress, publicAddresses } from '#mcp/public-address.ts';
import { makeAuthority, type Authority } from '../support/authority.ts';
import { startUpstreamProxy } from '../support/upstream-proxy.ts';

async function egressOf(options: Partial<EgressOptions> = {}): Promise<Egress> {
  const egress = await openEgress({ log: silentLog, ...options });
  onTestFinished(() => egress[Symbol.asyncDispose]());
  return egress;
}

/** Names of the internet that lead to this machine, as if its addresses were the internet's. */
const here = async (): Promise<readonly { address: string; family: number }[]> => [{ address: '127.0.0.1', family: 4 }];

async function authority(): Promise<Authority> {
  const folder = mkdtempSync(join(tmpdir(), 'omega-egress-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return makeAuthority(folder);
}

/** Status line and body of a CONNECT, as they come over the wire. */
async function connectTo(proxy: string, target: string, authorization?: string): Promise<string> {
  const { hostname, port, username, password } = new URL(proxy);
  const credentials = authorization ?? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const socket = connect(Number(port), hostname);
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: ${credentials}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString();
}

test('passes a name to its host, over TLS, and gives back what the host says', async () => {
  const office = await authority();
  await using server = await office.serve(['api.example.org'], (_request, response) => response.end('hello'));
  const egress = await egressOf({ resolve: here });
  const url = egress.urlFor('brave-search', [`api.example.org:${server.port}`]);
  const dispatcher = new ProxyAgent({ uri: url, requestTls: { ca: office.ca } });
  const response = await fetch(`https://api.example.org:${server.port}/`, { dispatcher });
  expect(await response.text()).toBe('hello');
  await dispatcher.close();
});

test('a name whose address is found again elsewhere goes where it was looked at', async () => {
  const office = await authority();
  await using server = await office.serve(['api.example.org'], (_request, response) => response.end('first'));
  let asked = 0;
  const egress = await egressOf({
    resolve: async () => {
      asked += 1;
      return here();
    },
  });
  expect(
    await connectTo(egress.urlFor('a', [`api.example.org:${server.port}`]), `api.example.org:${server.port}`),
  ).toContain('200');
  expect(asked).toBe(1);
});

test.for([
  ['another host', 'evil.example.net:443'],
  ['a host that only ends alike', 'evilexample.org:443'],
  ['the parent of a wildcard', 'example.com:443'],
  ['another port', 'example.org:22'],
  ['plain HTTP where only TLS is listed', 'example.org:80'],
  ['this machine', '127.0.0.1:443'],
  ['this machine, written otherwise', '2130706433:443'],
  ['this machine in IPv6', '[::1]:443'],
])('refuses %s with a clear 403', async ([, target]) => {
  const egress = await egressOf({ resolve: here });
  const answer = await connectTo(egress.urlFor('brave-search', ['example.org', '*.example.com']), target!);
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toContain(`brave-search may not reach ${target}: it is not among its egress hosts.`);
});

test('one name may not use what another may', async () => {
  const egress = await egressOf({ resolve: here });
  egress.urlFor('feeds', ['example.org']);
  const answer = await connectTo(egress.urlFor('brave-search', ['api.search.brave.com']), 'example.org:443');
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
});

test.for(['Basic ' + btoa('brave-search:wrong'), 'Basic ' + btoa('stranger:wrong'), 'Basic ' + btoa('brave-search:é')])(
  'who has not the password of a name is asked for it: %s',
  async (authorization) => {
    const egress = await egressOf({ resolve: here });
    const answer = await connectTo(egress.urlFor('brave-search', ['example.org']), 'example.org:443', authorization);
    expect(answer).toMatch(/^HTTP\/1\.1 407 /);
  },
);

test('a name keeps its address, and new hosts take the place of the old', async () => {
  const egress = await egressOf({ resolve: here });
  const first = egress.urlFor('feeds', ['old.example.org']);
  expect(egress.urlFor('feeds', ['new.example.org'])).toBe(first);
  expect(await connectTo(first, 'old.example.org:443')).toMatch(/^HTTP\/1\.1 403 /);
});

test('plain HTTP passes to a host that is listed with port 80, without our password', async () => {
  const server = createServer((incoming, response) => response.end(JSON.stringify(incoming.headers)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const egress = await egressOf({ resolve: here });
  const proxy = new URL(egress.urlFor('feeds', [`news.example.org:${port}`]));
  const sent = request({
    host: proxy.hostname,
    port: proxy.port,
    path: `http://news.example.org:${port}/feed.xml`,
    headers: { 'proxy-authorization': `Basic ${btoa(`feeds:${proxy.password}`)}`, host: `news.example.org:${port}` },
  }).end();
  const [response] = await once(sent, 'response');
  const body = Buffer.concat(await response.toArray()).toString();
  expect(response.statusCode).toBe(200);
  expect(body).not.toContain(proxy.password);
});

test('a listed name that leads inside is refused, whatever the list says', async () => {
  const egress = await egressOf();
  const answer = await connectTo(egress.urlFor('feeds', ['localhost']), 'localhost:443');
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toContain('which is no address of the internet');
});

test('a listed address of this machine is refused', async () => {
  const egress = await egressOf();
  expect(await connectTo(egress.urlFor('feeds', ['127.0.0.1']), '127.0.0.1:443')).toMatch(/^HTTP\/1\.1 403 /);
});

test('a name without an address is told so, as no fault of the list', async () => {
  const egress = await egressOf();
  const answer = await connectTo(egress.urlFor('feeds', ['nowhere.invalid']), 'nowhere.invalid:443');
  expect(answer).toMatch(/^HTTP\/1\.1 502 /);
  expect(answer).toContain('nowhere.invalid has no address');
});

test('an outer proxy is used with its credentials, finds the names, and sees nothing that is not listed', async () => {
  const office = await authority();
  await using server = await office.serve(['api.example.org'], (_request, response) => response.end('from afar'));
  await using upstream = await startUpstreamProxy({ 'api.example.org': server.port });
  const egress = await egressOf({ upstream: upstream.url });
  const uri = egress.urlFor('brave-search', ['api.example.org']);
  const dispatcher = new ProxyAgent({ uri, requestTls: { ca: office.ca } });
  const response = await fetch('https://api.example.org/', { dispatcher });
  expect(await response.text()).toBe('from afar');
  await dispatcher.close();
  expect(await connectTo(uri, 'other.example.org:443')).toMatch(/^HTTP\/1\.1 403 /);
  expect(upstream.asked).toEqual(['api.example.org:443']);
  expect(upstream.turnedAway()).toBe(0);
});

test('an outer proxy that refuses us is told of in the log, without any password', async () => {
  const lines: string[] = [];
  await using upstream = await startUpstreamProxy({});
  const wrong = upstream.url.replace(upstream.password, 'not-this-one');
  const log = createLog({ name: 'test', write: (line) => void lines.push(line) });
  const egress = await egressOf({ upstream: wrong, log });
  const answer = await connectTo(egress.urlFor('a', ['example.org']), 'example.org:443');
  expect(answer).toContain('UPSTREAM407');
  expect(lines.join('')).toContain('the outer proxy answers 407');
  expect(lines.join('')).not.toContain('not-this-one');
});

test('what is refused is logged once by name and host, without path or password', async () => {
  const lines: string[] = [];
  const egress = await egressOf({ log: createLog({ name: 'test', write: (line) => void lines.push(line) }) });
  const url = egress.urlFor('brave-search', ['example.org']);
  for (let times = 0; times < 3; times += 1) await connectTo(url, 'evil.example.net:443');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('"by":"brave-search","host":"evil.example.net:443"');
  expect(lines[0]).not.toContain(new URL(url).password);
});

test('listens on loopback alone', async () => {
  const egress = await egressOf();
  const { hostname, port } = new URL(egress.urlFor('a', []));
  expect(hostname).toBe('127.0.0.1');
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one !== undefined && one.family === 'IPv4' && !one.internal)
    .map((one) => one!.address);
  for (const address of [...others, '127.0.0.2']) {
    const socket = connect(Number(port), address);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  }
});

test('nothing passes any more once it is closed, and tunnels that were open end', async () => {
  const office = await authority();
  await using server = await office.serve(['api.example.org'], () => {});
  const egress = await openEgress({ log: silentLog, resolve: here });
  const { port, password } = new URL(egress.urlFor('a', [`api.example.org:${server.port}`]));
  const tunnel = connect(Number(port), '127.0.0.1');
  tunnel.write(
    `CONNECT api.example.org:${server.port} HTTP/1.1\r\nProxy-Authorization: Basic ${btoa(`a:${password}`)}\r\n\r\n`,
  );
  await once(tunnel, 'data');
  const ended = once(tunnel, 'close');
  await egress[Symbol.asyncDispose]();
  await ended;
  const [error] = (await once(connect(Number(port), '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

test.for(['proxy.example.org:3128', 'socks5://proxy.example.org', 'nonsense'])(
  'an outer proxy that is none is refused at the start: %s',
  async (upstream) => {
    await expect(openEgress({ upstream, log: silentLog })).rejects.toMatchObject({ code: 'E_CONFIG', exitCode: 2 });
  },
);

test.for([
  '127.0.0.1',
  '127.8.8.8',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'fd12::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '::127.0.0.1',
  '64:ff9b::192.168.0.1',
  '2002:7f00:1::',
  'no address',
])('%s is no address of the internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.for([
  '1.1.1.1',
  '93.184.216.34',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '::ffff:1.1.1.1',
  '64:ff9b::1.1.1.1',
])('%s is one', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test('a name that leads inside is refused', async () => {
  await expect(publicAddresses('localhost')).rejects.toMatchObject({ code: 'E_EGRESS_ADDRESS' });
});
