import type { Env } from '#lib/env.ts';
import { faultOf } from './bot-fault.ts';
import { openBotLine, type BotLine } from './bot-line.ts';
import type { Pace } from './needs.ts';
import type { BotFile, BotTransport, CallOptions } from './transport.ts';

/** Which bot, and how it gets to Telegram. */
export interface TransportOptions {
  readonly token: string;
  /** Telegram's, or of a server of one's own. */
  readonly apiRoot: string;
  readonly network: Env['network'];
  readonly pace: Pace;
  /** What a call may take before its files; 15 s unless said. */
  readonly patienceMs?: number;
}

type Payload = Readonly<Record<string, unknown>>;

/** What is used of telegraf's client: it takes any method, and Node's signal, though its types have one of their own. */
interface Client {
  callApi(method: string, payload: object, options: unknown): Promise<unknown>;
}

const usualPatienceMs = 15_000;
const msForEachByte = 1000 / 100_000;

/** A way to Telegram on telegraf's client, which is loaded at the first call: most processes never make one. */
export function createTelegrafTransport(options: TransportOptions): BotTransport {
  const { token, pace } = options;
  const botId = token.split(':')[0] ?? '';
  return {
    botId,
    async call(method, payload, { signal, timeoutMs = patienceFor(payload, options) }) {
      signal.throwIfAborted();
      if (method !== 'getUpdates') await pace.turn({ bot: botId, chat: chatOf(payload) }, signal);
      signal.throwIfAborted(); // Of what is over already nothing more would be heard.
      try {
        return await callOnce({ ...options, method, payload }, { signal, timeoutMs });
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}

function patienceFor(payload: Payload, { patienceMs = usualPatienceMs }: TransportOptions): number {
  const bytes = Object.values(payload).reduce<number>((sum, one) => sum + (isFile(one) ? one.source.length : 0), 0);
  return patienceMs + Math.ceil(bytes * msForEachByte);
}

function isFile(value: unknown): value is BotFile {
  return typeof value === 'object' && value !== null && 'source' in value && value.source instanceof Uint8Array;
}

function chatOf({ chat_id: chat }: Payload): string | null {
  return typeof chat === 'string' || typeof chat === 'number' ? String(chat) : null;
}

interface Call extends TransportOptions {
  readonly method: string;
  readonly payload: Payload;
}

async function callOnce(call: Call, { signal, timeoutMs }: Required<CallOptions>): Promise<unknown> {
  const { token, apiRoot, network, method, payload, pace } = call;
  using line = openBotLine(new URL(apiRoot), network);
  using watch = hangUpInTime(line, { signal, timeoutMs });
  try {
    const client = await clientOn(line, { token, apiRoot });
    return await client.callApi(method, forTelegraf(payload), { signal: watch.signal });
  } catch (error) {
    const lateAfterMs = watch.isLate() ? timeoutMs : null;
    const secrets = [token, token.split(':')[1] ?? token];
    const fault = faultOf({ method, error, wasOpen: line.wasOpen(), status: line.status(), lateAfterMs, secrets });
    if (fault.kind === 'wait') await pace.hold(token.split(':')[0] ?? '', fault.retryAfterMs);
    throw fault;
  }
}

/** A client for each call, for its line is part of it. */
async function clientOn({ agent }: BotLine, { token, apiRoot }: Pick<Call, 'token' | 'apiRoot'>): Promise<Client> {
  const { Telegram } = await import('telegraf');
  const client = new Telegram(token, { apiRoot: `${apiRoot}/` });
  client.options.agent = agent; // Set afterwards: of an address without TLS it would be forgotten.
  return client;
}

interface Watch extends Disposable {
  /** For the client. */
  readonly signal: AbortSignal;
  readonly isLate: () => boolean;
}

/**
 * Hangs up when the time is over, or nobody waits any more. The connection goes first and the client hears of it a
 * moment later, for one that is told so in the midst of an answer keeps its timers.
 */
function hangUpInTime(line: BotLine, { signal, timeoutMs }: Required<CallOptions>): Watch {
  const over = new AbortController();
  let isLate = false;
  const hangUp = (): void => {
    line.hangUp();
    setTimeout(() => over.abort(), 20);
  };
  const timer = setTimeout(() => {
    isLate = true;
    hangUp();
  }, timeoutMs);
  signal.addEventListener('abort', hangUp, { once: true });
  return {
    signal: over.signal,
    isLate: () => isLate,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', hangUp);
    },
  };
}

/** telegraf knows files by their buffers, and writes their names as they are into a header. */
function forTelegraf(payload: Payload): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [key, isFile(value) ? bufferedFile(value) : value]),
  );
}

function bufferedFile({ source, filename }: BotFile): { source: Buffer; filename: string } {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  return { source: bytes, filename: filename.replaceAll(/[^\w.-]/g, '_') };
}
