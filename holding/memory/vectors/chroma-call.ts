import type { ChromaClient, ChromaClientArgs } from 'chromadb';
import { systemClock } from '#lib/clock.ts';
import { codeOf, messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { asOmegaError, away, broken, isServerFault } from './chroma-fault.ts';

export interface ChromaIndexOptions {
  /**
   * Where Chroma answers at this moment, asked before each call; null: nowhere. As in `CHROMA_URL`: `http` or `https`,
   * with `user:password@`, or `:token@` for a server that wants one, and `?tenant=…&database=…` where they are not the
   * usual ones.
   */
  readonly address: () => string | null;
  /** No call takes longer; 10,000 ms unless said. */
  readonly timeoutMs?: number;
  /** Told when Chroma goes away and when it is back, not each call that fails meanwhile. */
  readonly log?: Pick<Log, 'info' | 'warn'>;
}

/** Asks Chroma one thing. Rejects as {@link VectorIndex.open} does, or with the signal's reason. */
export type ChromaCall = <Result>(
  work: (client: ChromaClient) => Promise<Result>,
  signal: AbortSignal,
) => Promise<Result>;

/** A fault of the data stays; one that is gone by then was none. */
const attempts = 3;
const retryAfterMs = 150;

/** What asks Chroma: bounded in time, with each fault as one of Omega's, whatever the client makes of it. */
export function chromaCaller(options: ChromaIndexOptions): ChromaCall {
  let isAway = false;
  return async (work, signal) => {
    try {
      const result = await askOnce(options, work, signal);
      if (isAway) options.log?.info('Chroma answers again');
      isAway = false;
      return result;
    } catch (error) {
      const goesAway = codeOf(error) === 'E_INDEX_AWAY' && !isAway;
      if (goesAway) options.log?.warn(messageOf(error));
      isAway ||= goesAway;
      throw error;
    }
  };
}

async function askOnce<Result>(
  { address, timeoutMs = 10_000 }: ChromaIndexOptions,
  work: (client: ChromaClient) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted();
  const at = address();
  if (at === null) throw away('it does not run');
  const overdue = AbortSignal.timeout(timeoutMs);
  // The client has no signal for a call, only for all calls of one client: so each call has a client of its own.
  const client = await connect(at, AbortSignal.any([signal, overdue]));
  try {
    return await insist(work, client, overdue);
  } catch (error) {
    signal.throwIfAborted();
    if (overdue.aborted) throw away(`no answer within ${timeoutMs / 1000} s`);
    throw asOmegaError(error);
  }
}

/** Loaded when it is first needed: a process that never asks stays smaller. */
async function connect(address: string, signal: AbortSignal): Promise<ChromaClient> {
  const { ChromaClient } = await import('chromadb');
  return new ChromaClient({ ...connectionOf(address), fetchOptions: { signal } });
}

function connectionOf(address: string): Partial<ChromaClientArgs> {
  const url = new URL(address);
  if (url.pathname !== '/') throw away(`its address has a path (${url.pathname}), which its client cannot use`);
  const ssl = url.protocol === 'https:';
  const tenant = url.searchParams.get('tenant');
  const database = url.searchParams.get('database');
  return {
    host: url.hostname,
    port: Number(url.port) || (ssl ? 443 : 80),
    ssl,
    headers: headersOf(url),
    ...(tenant === null ? {} : { tenant }),
    ...(database === null ? {} : { database }),
  };
}

/** Without a user it is a token; servers and proxies differ in where they look for one. */
function headersOf({ username, password }: URL): Record<string, string> {
  const secret = decodeURIComponent(password);
  if (username === '' && secret === '') return {};
  if (username === '') return { 'x-chroma-token': secret, authorization: `Bearer ${secret}` };
  const pair = Buffer.from(`${decodeURIComponent(username)}:${secret}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

/** Everything that is asked may be asked again. A server that fails while it answers otherwise has broken data. */
async function insist<Result>(
  work: (client: ChromaClient) => Promise<Result>,
  client: ChromaClient,
  overdue: AbortSignal,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(client);
    } catch (error) {
      if (!isServerFault(error)) throw error;
      if (attempt < attempts) await systemClock.sleep(retryAfterMs, overdue);
      else {
        await client.heartbeat();
        throw broken('it answers with faults');
      }
    }
  }
}
