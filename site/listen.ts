import { usualEdgePort } from '#lib/env.ts';
import { once } from 'node:events';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { Hono } from 'hono';
import { codeOf, OmegaError } from '#lib/errors.ts';

const portsTried = 20;
/** Whoever reaches the port can hold so many and make the process grow no further; a browser opens six. */
const mostConnections = 256;

export interface ListenOptions {
  readonly app: Hono;
  readonly host: string;
  /** The owner's choice: this port or none. */
  readonly port: number | undefined;
  /** Where it was the last time: tried right after the usual port, so that a bookmark keeps working. */
  readonly lastPort: number | undefined;
}

/** A server that answers. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** True where another program was found on the usual port. */
  readonly usualPortTaken: boolean;
}

/**
 * Serves on the port of the owner's choice, else on the usual one, else on one after it that can be had.
 * @throws OmegaError `E_PORT`, exit code 2, where it is taken or may not be used.
 */
export async function listen({ app, host, port, lastPort }: ListenOptions): Promise<Listening> {
  const candidates = port === undefined ? usualPorts(lastPort) : [port];
  let usualPortTaken = false;
  let failure: unknown;
  for (const candidate of candidates) {
    const server = createAdaptorServer({ fetch: app.fetch });
    server.maxConnections = mostConnections;
    try {
      server.listen({ host, port: candidate, exclusive: true });
      await once(server, 'listening');
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : candidate;
      return { port: bound, usualPortTaken, [Symbol.asyncDispose]: () => close(server) };
    } catch (error) {
      failure = error;
      usualPortTaken ||= candidate === usualEdgePort && codeOf(error) === 'EADDRINUSE';
    }
  }
  throw portError(host, candidates[0] ?? usualEdgePort, failure);
}

/** The usual port comes first, so that the page comes home once it is free again. */
function usualPorts(lastPort: number | undefined): number[] {
  const [home = usualEdgePort, ...others] = Array.from({ length: portsTried }, (_, index) => usualEdgePort + index);
  const last = others.filter((port) => port === lastPort);
  return [...new Set([home, ...last, ...others])];
}

function portError(host: string, port: number, cause: unknown): OmegaError {
  const taken = codeOf(cause) === 'EADDRINUSE';
  return new OmegaError(`${host}:${port} ${taken ? 'is taken by another program' : 'cannot be listened on'}`, {
    code: 'E_PORT',
    hint: 'Set OMEGA_EDGE_PORT in .env to a free port, or leave it out for the next free one.',
    permanent: true,
    exitCode: 2,
    cause,
  });
}

const graceMs = 2000;

/** Answers what is being asked, then hangs up on whoever is left. */
export async function close(server: ServerType): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const hangUp = 'closeAllConnections' in server ? () => server.closeAllConnections() : () => {};
  const impatience = setTimeout(hangUp, graceMs);
  await closed;
  clearTimeout(impatience);
}
