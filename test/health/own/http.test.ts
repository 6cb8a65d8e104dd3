import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkOf, httpServer, look, rawServer } from '../../support/own-checks.ts';

const second = 1000;

function http(port: number, more: Readonly<Record<string, unknown>> = {}, path = '/') {
  return checkOf({ kind: 'http', url: `http://127.0.0.1:${port}${path}`, every: '1s', ...more });
}

test('says what was answered and how long it took', async () => {
  await using server = await httpServer((_request, response) => response.end('hello'));
  const found = await look(http(server.port));
  expect(found).toMatchObject({ status: 'ok', reason: 'Answered 200' });
  expect(found.latencyMs).toBeGreaterThan(0);
});

test('fails on another status than the expected ones', async () => {
  await using server = await httpServer((_request, response) => response.writeHead(503).end());
  expect(await look(http(server.port))).toMatchObject({
    status: 'fail',
    reason: 'Answered 503 instead of 200-399',
  });
  expect(await look(http(server.port, { status: [200, '500-599'] }))).toMatchObject({ status: 'ok' });
});

test('finds a text and a pattern, and misses what is not there', async () => {
  await using server = await httpServer((_request, response) => response.end('All Systems Go'));
  expect(await look(http(server.port, { contains: 'Systems' }))).toMatchObject({ status: 'ok' });
  expect(await look(http(server.port, { contains: '/systems\\s+go/i' }))).toMatchObject({ status: 'ok' });
  const missing = await look(http(server.port, { contains: 'systems go' }));
  expect(missing).toMatchObject({ status: 'fail', reason: 'The answer does not hold “systems go”' });
  const present = await look(http(server.port, { notContains: '/go$/i' }));
  expect(present).toMatchObject({ status: 'fail', reason: 'The answer holds “/go$/i”' });
});

test('gives up on a pattern that would take for ever, and then knows nothing', async () => {
  await using server = await httpServer((_request, response) => response.end('a'.repeat(100_000)));
  const found = await look(http(server.port, { contains: '/(a+)+b/' }));
  expect(found.status).toBe('unknown');
  expect(found.reason).toContain('The pattern takes more than 50 ms');
});

test('reads no more than a megabyte of an answer without an end', async () => {
  const piece = Buffer.alloc(65_536, 'x');
  let sent = 0;
  await using server = await httpServer((_request, response) => {
    const write = (): void => {
      while (!response.destroyed) {
        sent += piece.length;
        if (!response.write(piece)) return void response.once('drain', write);
      }
    };
    write();
  });
  const found = await look(http(server.port, { contains: 'never' }));
  expect(found).toMatchObject({ status: 'fail', reason: 'The first 1 MB does not hold “never”' });
  expect(sent).toBeLessThan(64 * 1_048_576);
  expect(await look(http(server.port, { notContains: 'never' }))).toMatchObject({ status: 'warn' });
});

test('unpacks a bomb to a megabyte and no further', async () => {
  const bomb = gzipSync(Buffer.alloc(300 * 1_048_576));
  await using server = await httpServer((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  const before = process.memoryUsage().arrayBuffers;
  const found = await look(http(server.port, { contains: 'needle' }));
  expect(found.reason).toBe('The first 1 MB does not hold “needle”');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1_048_576);
});

test('fails where what is packed cannot be unpacked', async () => {
  await using server = await httpServer((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip at all'),
  );
  const found = await look(http(server.port, { contains: 'all' }));
  expect(found.status).toBe('fail');
  expect(found.reason).toContain('answers in a way that is not understood');
});

test.each([
  ['that never answers', () => {}],
  [
    'that sends a byte now and then for ever',
    (write: (text: string) => void) => {
      write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      write('x');
    },
  ],
])('a server %s runs into the time-out', async (_name, behave) => {
  await using server = await rawServer(
    (socket) => void socket.once('data', () => behave((text) => socket.write(text))),
  );
  const found = await look(http(server.port, { timeout: '300ms' }));
  expect(found).toMatchObject({ status: 'fail', reason: 'No answer within 0.3 s' });
});

test('lets go of the connection when the time is out', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await rawServer((socket) => void socket.resume().once('close', () => closed.resolve()));
  await look(http(server.port, { timeout: '200ms' }));
  await closed.promise;
  expect(server.connections()).toBe(1);
});

test('a server that breaks off fails, and so does one that refuses', async () => {
  const server = await rawServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
  const check = http(server.port);
  expect(await look(check)).toMatchObject({ status: 'fail', reason: expect.stringContaining('broke off') });
  await server[Symbol.asyncDispose]();
  expect(await look(check)).toMatchObject({ status: 'fail', reason: expect.stringContaining('refuses') });
});

test.each([
  ['nonsense', 'HELO this is no HTTP\r\n\r\n'],
  ['a length and a half', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabc'],
  ['a flood of headers', `HTTP/1.1 200 OK\r\n${'x-flood: 0123456789\r\n'.repeat(20_000)}\r\n`],
])('a server that answers %s fails', async (_name, answer) => {
  await using server = await rawServer((socket) => void socket.once('data', () => socket.end(answer)));
  expect((await look(http(server.port))).status).toBe('fail');
});

test('takes an answer of HTTP/1.0 that ends with its connection', async () => {
  await using server = await rawServer(
    (socket) => void socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nold but well')),
  );
  expect(await look(http(server.port, { contains: 'well' }))).toMatchObject({ status: 'ok' });
});

test('follows where it is led, and judges the end of the way', async () => {
  await using server = await httpServer(({ url }, response) => {
    if (url === '/') response.writeHead(302, { location: '/there' }).end();
    else response.end('arrived');
  });
  expect(await look(http(server.port, { contains: 'arrived' }))).toMatchObject({ status: 'ok' });
  expect(await look(http(server.port, { followRedirects: 0, status: 302 }))).toMatchObject({ status: 'ok' });
});

test('refuses to be led in a circle, too far, or to no web address', async () => {
  await using server = await httpServer(({ url = '' }, response) => {
    const step = Number(url.slice(2));
    const location = url === '/circle' ? '/circle' : url === '/file' ? 'file:///etc/passwd' : `/s${step + 1}`;
    response.writeHead(301, { location }).end();
  });
  expect((await look(http(server.port, {}, '/circle'))).reason).toBe('It redirects in a circle');
  expect((await look(http(server.port, {}, '/s0'))).reason).toBe('It redirects more than 5 times');
  expect((await look(http(server.port, {}, '/file'))).reason).toBe('It redirects to no web address');
});

test('hands a key on to no other place', async () => {
  const heard: (string | undefined)[] = [];
  await using other = await httpServer(({ headers }, response) => {
    heard.push(headers.authorization);
    response.end();
  });
  await using server = await httpServer(({ headers, url }, response) => {
    heard.push(headers.authorization);
    response.writeHead(307, { location: url === '/' ? '/here' : `http://127.0.0.1:${other.port}/` }).end();
  });
  const headers = { Authorization: 'Bearer ${KEY}' };
  const check = checkOf(
    { kind: 'http', url: `http://127.0.0.1:${server.port}/`, headers },
    { variable: (name) => (name === 'KEY' ? 'hunter2' : undefined) },
  );
  expect(await look(check)).toMatchObject({ status: 'ok' });
  expect(heard).toEqual(['Bearer hunter2', 'Bearer hunter2', undefined]);
});

test('warns of an answer that took too long', async () => {
  await using server = await httpServer((_request, response) => void setTimeout(() => response.end(), 50));
  expect(await look(http(server.port, { maxLatency: '1ms' }))).toMatchObject({
    status: 'warn',
    reason: expect.stringContaining('over 1 ms'),
  });
});

test('asks again over the same connection, and over a new one where that was closed meanwhile', async () => {
  await using server = await httpServer((_request, response) => response.end('hello'));
  const check = http(server.port);
  for (let index = 0; index < 5; index += 1) expect(await look(check)).toMatchObject({ status: 'ok' });
  // The first of them ends its connection: from then on a new one is kept for a minute.
  expect(server.connections()).toBe(2);
});

test('closes the connection at once where the next look is far', async () => {
  let asked: string | undefined;
  await using server = await httpServer(({ headers }, response) => {
    asked = headers.connection;
    response.end();
  });
  await look(http(server.port, { every: '1m' }));
  expect(asked).toBe('close');
});

test('a server that closes a kept connection as it is used again is asked once more', async () => {
  let requests = 0;
  await using server = await rawServer((socket) =>
    socket.on('data', () => {
      requests += 1;
      if (requests === 3) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    }),
  );
  const check = http(server.port);
  for (let index = 0; index < 3; index += 1) expect(await look(check)).toMatchObject({ status: 'ok' });
  expect(requests).toBe(4);
});

test('reaches an address of IPv6', async () => {
  await using server = await httpServer((_request, response) => response.end(), '::1');
  const check = checkOf({ kind: 'http', url: `http://[::1]:${server.port}/` });
  expect(await look(check)).toMatchObject({ status: 'ok' });
});

test('a shutdown ends the look', async () => {
  await using server = await rawServer(() => {});
  const shutdown = new AbortController();
  const looking = look(http(server.port, { timeout: '20s' }), shutdown.signal);
  setTimeout(() => shutdown.abort(new Error('shutdown')), 50);
  await expect(looking).rejects.toThrow('shutdown');
});

test('a name that nobody knows fails', async () => {
  const check = checkOf({ kind: 'http', url: 'http://nobody-knows.invalid/' });
  const found = await look({ ...check, timeoutMs: 9 * second });
  expect(found.status).toBe('fail');
});

test('ends its look where the other side changes the protocol', async () => {
  await using server = await rawServer((socket) =>
    socket.once('data', () =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ),
  );
  const check = http(server.port, { timeout: '200ms' });
  const ended = Promise.withResolvers<void>();
  const run: typeof check.run = async (context) => check.run(context).finally(() => ended.resolve());
  expect(await look({ ...check, run })).toMatchObject({ status: 'fail', reason: 'No answer within 0.2 s' });
  await ended.promise;
});

test.each(['br', 'zstd', 'deflate'])('fails where what is packed as %s cannot be unpacked', async (encoding) => {
  await using server = await httpServer((_request, response) =>
    response.writeHead(200, { 'content-encoding': encoding }).end('nothing of the kind'),
  );
  const found = await look(http(server.port, { contains: 'kind' }));
  expect(found.status).toBe('fail');
  expect(found.reason).toContain('answers in a way that is not understood');
});

test('does not say of a text that it is absent where it could not be unpacked', async () => {
  await using server = await httpServer((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'compress' }).end('packed'),
  );
  expect(await look(http(server.port, { notContains: 'error' }))).toMatchObject({
    status: 'unknown',
    reason: 'It could not be looked at: The answer is packed in a way that is not known: compress',
  });
  expect(await look(http(server.port))).toMatchObject({ status: 'ok' });
});
