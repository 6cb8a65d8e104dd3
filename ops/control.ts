import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { messageOf, OmegaError } from '#lib/errors.ts';
import type { ServiceStatus } from './status.ts';

/** What may be asked over the control socket: one line of JSON each. `watch` streams each change until the end. */
export const ControlRequest = z.discriminatedUnion('verb', [
  z.object({ verb: z.enum(['status', 'watch', 'stop']) }),
  z.object({ verb: z.enum(['restart', 'pause', 'resume']), service: z.string() }),
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

/** What the control socket hands requests to. */
export interface Controlled {
  readonly status: () => readonly ServiceStatus[];
  readonly subscribe: (listener: (status: ServiceStatus) => void) => () => void;
  readonly restart: (service: string) => void;
  readonly pause: (service: string) => void;
  readonly resume: (service: string) => void;
  /** Asks for the end of all; answers at once. */
  readonly requestStop: () => void;
}

/** Longest request, in characters: who sends more is no client of ours. */
const longestRequest = 10_000;

/** Answers on a unix socket that only its owner may open, until it is disposed. */
export async function serveControl(socketPath: string, controlled: Controlled): Promise<AsyncDisposable> {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    answerRequests(socket, controlled);
  });
  await rm(socketPath, { force: true }); // Only the holder of the lock comes here, so a socket that lies there is dead.
  await listenPrivately(server, socketPath);
  return {
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.destroySoon();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The socket is made within the call itself, so no moment exists at which others may open it. */
async function listenPrivately(server: Server, socketPath: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    server.listen(socketPath);
  } finally {
    process.umask(before);
  }
  await once(server, 'listening');
}

function answerRequests(socket: Socket, controlled: Controlled): void {
  const lines = createInterface({ input: socket });
  lines.on('error', () => socket.destroy()); // A client that went away: its own affair.
  lines.on('line', (line) => {
    try {
      const request = parseRequest(line);
      send(socket, { ok: true, services: obey(request, controlled) });
      if (request.verb === 'watch') watch(socket, controlled);
    } catch (error) {
      const { code, hint } = error instanceof OmegaError ? error : {};
      send(socket, { ok: false, message: messageOf(error), code, hint });
    }
  });
}

function watch(socket: Socket, controlled: Controlled): void {
  const unsubscribe = controlled.subscribe((change) => send(socket, { ok: true, change }));
  socket.once('close', unsubscribe);
}

function parseRequest(line: string): ControlRequest {
  if (line.length > longestRequest) throw new OmegaError('The request is too long.', { code: 'E_CONTROL_REQUEST' });
  try {
    return ControlRequest.parse(JSON.parse(line));
  } catch (error) {
    throw new OmegaError('The request is not one that the supervisor knows.', {
      code: 'E_CONTROL_REQUEST',
      hint: 'One line of JSON: {"verb":"status"}, or restart, pause or resume with a "service", or stop.',
      cause: error,
    });
  }
}

/** Every answer shows how things stand after it. */
function obey(request: ControlRequest, controlled: Controlled): readonly ServiceStatus[] {
  if ('service' in request) controlled[request.verb](request.service);
  else if (request.verb === 'stop') controlled.requestStop();
  return controlled.status();
}

function send(socket: Socket, answer: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
}
