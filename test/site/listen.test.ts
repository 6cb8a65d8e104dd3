import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { usualEdgePort } from '#lib/env.ts';
import { listen, type Listening } from '#site/listen.ts';

/** A loopback address of this test run's own, so that whatever else listens on this machine is not met. */
const host = `127.77.${Math.floor(process.pid / 256) % 256}.${(process.pid % 254) + 1}`;

async function occupy(port: number): Promise<() => Promise<void>> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  const free = async (): Promise<void> => void (server.listening && (server.close(), await once(server, 'close')));
  onTestFinished(free);
  return free;
}

async function listening(lastPort?: number): Promise<Listening> {
  const server = await listen({ app: new Hono(), host, port: undefined, lastPort });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

test('the page is on the usual port where that is free, wherever it was the last time', async () => {
  for (const lastPort of [undefined, 8507, 40_000]) {
    await using server = await listen({ app: new Hono(), host, port: undefined, lastPort });
    expect(server).toMatchObject({ port: usualEdgePort, usualPortTaken: false });
  }
});

test('while another program is on the usual port the page stays where it was, and says what it found', async () => {
  const free = await occupy(usualEdgePort);
  const away = await listening(8507);
  expect(away).toMatchObject({ port: 8507, usualPortTaken: true });
  expect((await listening()).port).toBe(8502);
  await free();
  expect(await listening(8507)).toMatchObject({ port: usualEdgePort, usualPortTaken: false });
});

test('a last port outside the usual ones is not gone back to', async () => {
  await occupy(usualEdgePort);
  expect((await listening(40_000)).port).toBe(8502);
});

test('one that holds connections gets no more than 256, and whoever comes after it is let go is answered', async () => {
  const { port } = await listening();
  const sockets = Array.from({ length: 300 }, () => connect({ host, port }).on('error', () => {}));
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  const isHeld = (): number => sockets.filter(({ readyState }) => readyState === 'open').length;
  await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBe(44);
  expect(isHeld()).toBe(256);
  for (const socket of sockets) socket.destroy();
  await expect.poll(async () => (await fetch(`http://${host}:${port}/`).catch(() => null))?.status).toBe(404);
});

test('where none of the usual ports can be had, the error says why', async () => {
  const nowhere = listen({ app: new Hono(), host: '192.0.2.1', port: undefined, lastPort: undefined });
  await expect(nowhere).rejects.toMatchObject({
    code: 'E_PORT',
    message: '192.0.2.1:8501 cannot be listened on',
  });
});
