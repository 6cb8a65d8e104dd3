import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createOutside, type Outside } from '#holding/health/alerts/outside.ts';
import { createLog } from '#lib/log.ts';
import { systemClock } from '#lib/clock.ts';
import { fakeClock, type FakeClock } from '../../support/clock.ts';
import { minute, noon, second } from '../../support/health.ts';

const signal = new AbortController().signal;

interface Field extends AsyncDisposable {
  readonly outside: Outside & AsyncDisposable;
  readonly clock: FakeClock;
  /** What was asked for, in order. */
  readonly asked: string[];
  readonly logged: string[];
}

async function open(
  answer: RequestListener = (_request, response) => response.end('OK'),
  change: { path?: string; proxy?: (port: number) => string; extraCaFile?: string } = {},
): Promise<Field> {
  const asked: string[] = [];
  const logged: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, client: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    const through = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      through.pipe(client).pipe(through);
    });
    through.on('error', () => client.destroy());
    client.on('error', () => through.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clock = fakeClock(noon);
  const host = change.proxy === undefined ? `127.0.0.1:${port}` : 'ping.invalid';
  const outside = createOutside({
    url: `http://${host}${change.path ?? '/0a1b2c-hidden'}`,
    network: { proxy: change.proxy?.(port), extraCaFile: change.extraCaFile },
    // A second of patience is no turn of the event loop: a call over loopback gets its answer within it.
    clock: { ...clock, sleep: systemClock.sleep },
    language: 'en',
    log: createLog({ name: 'test', write: (line) => logged.push(line) }),
  });
  return {
    outside,
    clock,
    asked,
    logged,
    async [Symbol.asyncDispose]() {
      await outside[Symbol.asyncDispose]();
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test('while it works it is told once a minute, and no more often', async () => {
  await using field = await open();
  for (const state of ['up', 'up', 'degraded'] as const) {
    await field.outside.tell(state, signal);
    field.clock.advance(second);
  }
  field.clock.advance(minute);
  await field.outside.tell('degraded', signal);
  expect(field.asked).toEqual(['GET /0a1b2c-hidden', 'GET /0a1b2c-hidden']);
  expect(field.outside.standing()).toEqual({
    lastTriedAt: noon + minute + 3 * second,
    lastHeardAt: noon + minute + 3 * second,
    fault: null,
  });
});

test('that it is down is told at once, and that it works again', async () => {
  await using field = await open();
  for (const state of ['up', 'down', 'down', 'up'] as const) {
    await field.outside.tell(state, signal);
    field.clock.advance(second);
  }
  expect(field.asked).toEqual(['GET /0a1b2c-hidden', 'GET /0a1b2c-hidden/fail', 'GET /0a1b2c-hidden']);
});

test('/fail stands before what is asked at the address', async () => {
  await using field = await open(undefined, { path: '/hidden/?who=me' });
  await field.outside.tell('down', signal);
  expect(field.asked).toEqual(['GET /hidden/fail?who=me']);
});

test('what is not known is told to nobody', async () => {
  await using field = await open();
  await field.outside.tell('unknown', signal);
  expect(field.asked).toEqual([]);
  expect(field.outside.standing()).toEqual({ lastTriedAt: null, lastHeardAt: null, fault: null });
});

test('a wall clock that goes back delays nothing', async () => {
  await using field = await open();
  await field.outside.tell('up', signal);
  field.clock.advance(minute);
  field.clock.set(noon - 60 * minute);
  await field.outside.tell('up', signal);
  expect(field.asked).toHaveLength(2);
});

test('without an address nobody is told, which is no fault', async () => {
  const network = { proxy: undefined, extraCaFile: undefined };
  const options = { url: undefined, network, clock: fakeClock(noon), language: 'en' } as const;
  await using outside = createOutside({ ...options, log: createLog({ name: 'test', write: () => {} }) });
  await outside.tell('up', signal);
  expect(outside.standing()).toBeNull();
});

test('a redirect is not followed, and an error is told without the address', async () => {
  await using field = await open((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
  await field.outside.tell('up', signal);
  expect(field.asked).toEqual(['GET /0a1b2c-hidden']);
  expect(field.outside.standing()).toEqual({
    lastTriedAt: noon,
    lastHeardAt: null,
    fault: 'It answers with status 302',
  });
  expect(field.logged.join('')).toContain('status 302');
  expect(field.logged.join('')).not.toMatch(/hidden|127\.0\.0\.1/);
});

test('a connection that is refused or breaks off is told without the address', async () => {
  await using field = await open((request) => request.socket.destroy());
  await field.outside.tell('up', signal);
  expect(field.outside.standing()?.fault).toMatch(/^(It cannot be reached|OMEGA_PING_URL broke off)/);
  expect(field.outside.standing()?.fault).not.toContain('127');
  expect(field.logged.join('')).not.toMatch(/hidden|127\.0\.0\.1/);
});

test('an answer that does not end is not waited for longer than a second, nor read', async () => {
  await using field = await open((_request, response) => {
    response.on('error', () => {});
    response.writeHead(200);
    const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more));
    more();
  });
  const began = performance.now();
  await field.outside.tell('up', signal);
  expect(performance.now() - began).toBeLessThan(10_000);
  await expect.poll(() => field.outside.standing()?.fault).toBeNull();
});

test('one that never answers delays the heartbeat a second, and is given up when it is closed', async () => {
  await using field = await open(() => {});
  const began = performance.now();
  await field.outside.tell('up', signal);
  expect(performance.now() - began).toBeLessThan(8000);
  expect(field.outside.standing()?.lastHeardAt).toBeNull();
  await field.outside[Symbol.asyncDispose]();
});

test('it is told through the proxy where there is one', async () => {
  await using field = await open(undefined, { proxy: (port) => `http://127.0.0.1:${port}` });
  await field.outside.tell('up', signal);
  expect(field.asked).toEqual(['CONNECT ping.invalid:80', 'GET /0a1b2c-hidden']);
  expect(field.outside.standing()?.fault).toBeNull();
});

test('certificates that cannot be read are told, and stop nothing', async () => {
  await using field = await open(undefined, { extraCaFile: '/nonexistent/ca.pem' });
  await field.outside.tell('up', signal);
  expect(field.asked).toEqual([]);
  expect(field.outside.standing()?.fault).toBe('It cannot be reached (ENOENT)');
});
