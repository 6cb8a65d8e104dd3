import { once } from 'node:events';
import { connect } from 'node:net';
import { defineCheck, type Check } from '../check.ts';

/** A place on the internet that answers a TCP connection. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Two well-known resolvers of different owners, by address: no name has to be resolved first. */
const resolvers: readonly Target[] = [
  { host: '1.1.1.1', port: 443 },
  { host: '9.9.9.9', port: 443 },
];

const connectTimeoutMs = 4000;

export default egressCheck(resolvers);

/** Whether this machine reaches the outside at all; one target is enough. It connects and sends nothing. */
export function egressCheck(targets: readonly Target[]): Check {
  return defineCheck({
    id: 'egress',
    name: 'Internet',
    group: 'host',
    everyMs: 60_000,
    timeoutMs: connectTimeoutMs + 1000,
    headline: { down: { en: 'The internet cannot be reached', nl: 'Het internet is niet te bereiken' } },
    run: async ({ signal, clock }) => {
      const began = clock.monotonic();
      const first = new AbortController();
      const within = AbortSignal.any([signal, first.signal, AbortSignal.timeout(connectTimeoutMs)]);
      try {
        const host = await Promise.any(targets.map((target) => reach(target, within)));
        const reason = { en: `Reached ${host}`, nl: `Bereikte ${host}` };
        return { status: 'ok', latencyMs: clock.monotonic() - began, reason };
      } catch {
        signal.throwIfAborted();
        const hosts = targets.map(({ host }) => host).join(', ');
        return { status: 'fail', reason: { en: `Reached none of ${hosts}`, nl: `Bereikte geen van ${hosts}` } };
      } finally {
        first.abort();
      }
    },
  });
}

async function reach({ host, port }: Target, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal });
    return host;
  } finally {
    socket.destroy();
  }
}
