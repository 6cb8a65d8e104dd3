import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { OmegaError } from '#lib/errors.ts';

const tenant = 'default_tenant';
/** Codes of HTTP: made, and there was one already. */
const made: ReadonlySet<number> = new Set([200, 201, 409]);

/** Where a private Chroma answers, as `CHROMA_URL` would say it: the database is what tells it from another's. */
export function chromaAddress({ port, database }: { readonly port: number; readonly database: string }): string {
  return `http://127.0.0.1:${port}/?database=${database}`;
}

/** Resolves when the server on this loopback port answers; rejects when it does not. */
export async function askHeartbeat(port: number, signal: AbortSignal): Promise<void> {
  const status = await ask({ port, method: 'GET', path: '/api/v2/heartbeat', signal });
  if (status !== 200) throw notReady(status);
}

/** Resolves when the server answers and has this database, which is made where it is missing. */
export async function askForDatabase(port: number, database: string, signal: AbortSignal): Promise<void> {
  const path = `/api/v2/tenants/${tenant}/databases`;
  const status = await ask({ port, method: 'POST', path, body: { name: database }, signal });
  if (!made.has(status)) throw notReady(status);
}

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

interface Question {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly signal: AbortSignal;
}

/** Node's own http: the supervisor stays smaller than with `fetch`. Resolves to the status. */
async function ask({ port, method, path, body, signal }: Question): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, method, path, headers, signal, agent: false }, (response) => {
      response.on('error', reject).on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    asking.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function notReady(status: number): OmegaError {
  return new OmegaError(`Chroma answers with status ${status}`, { code: 'E_CHROMA_NOT_READY' });
}
