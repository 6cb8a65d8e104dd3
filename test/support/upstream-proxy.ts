import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** The proxy of an office: it wants credentials, and takes a test's hosts to the fakes on loopback. */
export interface UpstreamProxy extends AsyncDisposable {
  /** With its credentials. */
  readonly url: string;
  readonly password: string;
  /** Every `host:port` that was asked for by someone with the right credentials, in order. */
  readonly asked: readonly string[];
  /** How many were turned away at the door. */
  readonly turnedAway: () => number;
}

/** @param routes the loopback port behind each host; a host without one cannot be reached. */
export async function startUpstreamProxy(routes: Readonly<Record<string, number>>): Promise<UpstreamProxy> {
  const password = crypto.randomUUID();
  const expected = `Basic ${Buffer.from(`omega:${password}`).toString('base64')}`;
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  let turnedAway = 0;
  const server = createServer((_request, response) => response.writeHead(501).end());
  server.on('connect', (request, client, head) => {
    if (request.headers['proxy-authorization'] !== expected) {
      turnedAway += 1;
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="office"\r\n\r\n');
      return;
    }
    asked.push(request.url ?? '');
    const port = routes[request.url?.split(':')[0] ?? ''];
    if (port === undefined) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    else tunnel({ client, head, port, sockets });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://omega:${password}@127.0.0.1:${address.port}`,
    password,
    asked,
    turnedAway: () => turnedAway,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Tunnel {
  readonly client: Duplex;
  readonly head: Buffer;
  readonly port: number;
  readonly sockets: Set<Duplex>;
}

function tunnel({ client, head, port, sockets }: Tunnel): void {
  const target = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    target.write(head);
    client.pipe(target).pipe(client);
  });
  for (const [socket, other] of [
    [client, target],
    [target, client],
  ] as const) {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  }
}
