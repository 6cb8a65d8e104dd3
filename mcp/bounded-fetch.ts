import type { FetchLike } from '@modelcontextprotocol/client';
import { Agent, fetch as undiciFetch, ProxyAgent, type Dispatcher } from 'undici';
import { codeOf } from '#lib/errors.ts';
import { tooLarge } from './bounds.ts';
import type { Envelope } from './envelope.ts';
import { boundEvents } from './events.ts';
import { httpFault } from './http-fault.ts';
import type { ToolError } from './tool-error.ts';
import { currentRequest, type Underway } from './underway.ts';

export interface FetchOptions {
  readonly maxBytes: number;
  /** The server no longer knows our session: nothing can be asked here any more. */
  readonly onSessionLost: () => void;
  /** Stands around every exchange: where somebody is there to sign in, a 401 need not be the end. */
  readonly around?: (next: FetchLike) => FetchLike;
}

/** Making a connection takes at most so long, whatever the caller's patience. */
const connectTimeoutMs = 10_000;

/** The sockets of one server, directly or through a proxy's tunnel. */
export function dispatcherFor(proxy: string | undefined): Dispatcher {
  // Answers may take as long as the call's own patience, and a stream of events may be silent for days.
  const patience = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: connectTimeoutMs } };
  return proxy === undefined ? new Agent(patience) : new ProxyAgent({ uri: proxy, proxyTunnel: true, ...patience });
}

/**
 * A fetch for the SDK's transport that follows no redirect, bounds what comes back as it comes, throws what an HTTP
 * status means, and keeps what is known of the delivery of the request that it runs for.
 */
export function boundedFetch(
  { maxBytes, onSessionLost, around = asIs }: FetchOptions,
  dispatcher: Dispatcher,
): FetchLike {
  const ask = around((url, init) => exchange(url, init ?? {}, dispatcher));
  return async (url, init = {}) => {
    const response = await ask(url, init);
    if (init.method === 'POST') await refuse(response, init, onSessionLost);
    return withBoundedBody(response, maxBytes);
  };
}

function asIs(next: FetchLike): FetchLike {
  return next;
}

async function exchange(url: string | URL, init: RequestInit, dispatcher: Dispatcher): Promise<Response> {
  const { method = 'GET', body } = init;
  const request = method === 'POST' ? currentRequest() : undefined;
  if (request !== undefined) request.delivery = 'unknown';
  const signals = [init.signal, request?.signal].filter((signal) => signal !== undefined && signal !== null);
  const headers = Object.fromEntries(new Headers(init.headers));
  const sent = { method, headers, signal: AbortSignal.any(signals), dispatcher, redirect: 'manual' } as const;
  try {
    const answer = await undiciFetch(url, typeof body === 'string' ? { ...sent, body } : sent);
    const { status, statusText } = answer;
    return new Response(answer.body, { status, statusText, headers: [...answer.headers] });
  } catch (error) {
    if (request !== undefined && neverLeft(error)) request.delivery = 'not-sent';
    throw error;
  }
}

/** True where no connection came about, to the server or to the proxy, or the proxy refused to make one. */
function neverLeft(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.every((each) => neverLeft(each));
  const code = codeOf(error) ?? '';
  const isConnecting = 'syscall' in error && ['connect', 'getaddrinfo'].includes(String(error.syscall));
  const isRefusedByProxy = /^Proxy response \(\d+\) !== 200/.test(error.message);
  if (isConnecting || isRefusedByProxy || ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_PRX_CONN'].includes(code)) return true;
  return neverLeft(error.cause);
}

async function refuse(response: Response, init: RequestInit, onSessionLost: () => void): Promise<void> {
  const request = currentRequest();
  const { status, headers } = response;
  const fault = httpFault({ status, headers, hadSession: new Headers(init.headers).has('mcp-session-id') });
  if (request !== undefined && !response.ok) request.delivery = fault?.delivery ?? 'replied';
  if (fault === null) return;
  request?.note(fault);
  if (fault.kind === 'lost' && fault.delivery === 'not-sent') onSessionLost();
  await response.body?.cancel();
  throw fault;
}

function withBoundedBody(response: Response, maxBytes: number): Response {
  if (response.body === null) return response;
  const request = currentRequest();
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const bound = isStream
    ? boundEvents({ maxBytes, onOversize: (envelope, bytes) => failOversize(request, envelope, bytes) })
    : boundBody(maxBytes, (fault) => request?.note(fault));
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(bound), { status, statusText, headers });
}

/** A notification that is too large is dropped and no more; an event without an id may have been the answer. */
function failOversize(request: Underway | undefined, { id, hasMethod }: Envelope, bytes: number): void {
  if (request === undefined || hasMethod) return;
  if (id !== undefined) request.delivery = 'replied';
  request.fail(tooLarge(`it has ${bytes} bytes`, id === undefined ? 'unknown' : 'replied'));
}

function boundBody(maxBytes: number, note: (fault: ToolError) => void): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, out) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return out.enqueue(chunk);
      const fault = tooLarge(`it has more than ${maxBytes} bytes`, 'replied');
      note(fault);
      throw fault;
    },
  });
}
