import { once } from 'node:events';
import { connect } from 'node:net';
import { z } from 'zod';
import type { Check } from '../check.ts';
import { networkFault } from './network-fault.ts';
import { Host, whole } from './parts.ts';

/** What an entry of the kind `tcp` says besides. */
export const tcpKeys = { kind: z.literal('tcp'), host: Host, port: whole(1, 65_535) };

/** Connects and sends nothing. */
export function tcpRun({ host, port }: { readonly host: string; readonly port: number }): Check['run'] {
  const address = host.replace(/^\[|\]$/g, '');
  return async ({ signal, clock }) => {
    signal.throwIfAborted();
    const began = clock.monotonic();
    const socket = connect({ host: address, port });
    try {
      await once(socket, 'connect', { signal });
      const latencyMs = clock.monotonic() - began;
      return { status: 'ok', latencyMs, reason: { en: `Port ${port} answers`, nl: `Poort ${port} antwoordt` } };
    } catch (error) {
      signal.throwIfAborted();
      return networkFault(error, `${host}:${port}`);
    } finally {
      socket.destroy();
    }
  };
}
