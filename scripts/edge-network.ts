import type { Hono } from 'hono';
import { systemClock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { listen } from '#site/listen.ts';
import { inUrl } from '#site/serve.ts';

export interface NetworkDoor {
  readonly app: Hono;
  /** An address of this machine. */
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly retryMs?: number;
}

/**
 * Serves on an address of the local network as soon as this machine has it: after a power cut the network may come up
 * later than Omega, and the page on loopback must not wait for it.
 */
export function listenOnNetwork(door: NetworkDoor): AsyncDisposable {
  const stop = new AbortController();
  const served = serveUntil(door, stop.signal);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await (await served)?.[Symbol.asyncDispose]();
    },
  };
}

/** Null: told to stop before it could. */
async function serveUntil(door: NetworkDoor, signal: AbortSignal): Promise<AsyncDisposable | null> {
  const { app, host, port, log, retryMs = 30_000 } = door;
  let told = '';
  while (!signal.aborted) {
    try {
      const server = await listen({ app, host, port, lastPort: undefined });
      log.info(`The page can be read on the local network, at http://${inUrl(host)}:${port}/`);
      return server;
    } catch (error) {
      const why = messageOf(error);
      if (why !== told) log.warn('the page is not on the local network yet', { error: why });
      told = why;
      await systemClock.sleep(retryMs, signal).catch(() => {});
    }
  }
  return null;
}
