import { once } from 'node:events';
import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { close } from './listen.ts';

const answerTimeoutMs = 1000;

/**
 * Serves on a unix socket of its owner's alone. One that a killed process left behind is replaced, one that answers is
 * not, and neither is anything else of that name.
 * @throws OmegaError `E_EDGE_SOCKET`, exit code 2.
 */
export async function listenOnSocket({ app, path }: { app: Hono; path: string }): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await clear(path);
  const server = createAdaptorServer({ fetch: app.fetch });
  // Made for its owner alone at once, not a moment later; nothing else of this process is made meanwhile.
  const usual = process.umask(0o177);
  server.listen({ path });
  process.umask(usual);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw unusable(path, `it cannot be listened on (${codeOf(cause) ?? 'no reason given'})`, cause);
  }
  await chmod(path, 0o600);
  return { [Symbol.asyncDispose]: () => close(server) };
}

/** Takes away a socket that nobody answers on. */
async function clear(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw unusable(path, 'its folder cannot be used', error);
  });
  if (found === null) return;
  if (!found.isSocket()) throw unusable(path, 'something else is there, and it was not touched');
  if (await answers(path)) throw unusable(path, 'another program answers there');
  await rm(path, { force: true });
}

async function answers(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(answerTimeoutMs) });
    return true;
  } catch (error) {
    return codeOf(error) === 'ABORT_ERR'; // Too busy to take a call is alive.
  } finally {
    socket.destroy();
  }
}

function unusable(path: string, why: string, cause?: unknown): OmegaError {
  return new OmegaError(`The socket ${path} cannot be used: ${why}`, {
    code: 'E_EDGE_SOCKET',
    hint: 'npm run status says whether Omega runs already; OMEGA_EDGE_SOCKET in .env names another place.',
    permanent: true,
    exitCode: 2,
    cause,
  });
}
