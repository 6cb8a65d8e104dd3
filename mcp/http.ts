import { StreamableHTTPClientTransport, type JSONRPCMessage } from '@modelcontextprotocol/client';
import { boundedFetch, dispatcherFor, type FetchOptions } from './bounded-fetch.ts';
import { overBounds, tooLarge } from './bounds.ts';
import type { HttpTarget } from './connect.ts';
import { ToolError } from './tool-error.ts';
import { currentRequest, outsideRequests, type Underway } from './underway.ts';

export interface HttpOptions extends FetchOptions {
  readonly target: HttpTarget;
}

/** The SDK's transport behind our own bounds, and the sockets it uses. */
export interface HttpTransport extends AsyncDisposable {
  readonly transport: StreamableHTTPClientTransport;
}

/** A session is given back in this time, or left to expire. */
const goodbyeMs = 1000;

/** Streamable HTTP that follows no redirect, keeps no more than one result in memory, and tells each fault apart. */
export function httpTransport(options: HttpOptions): HttpTransport {
  const { target } = options;
  const dispatcher = dispatcherFor(target.proxy);
  const transport = new WatchedTransport(target.url, {
    fetch: boundedFetch(options, dispatcher),
    requestInit: { headers: { ...target.headers } },
  });
  return {
    transport,
    [Symbol.asyncDispose]: async () => {
      await sayGoodbye(transport);
      await transport.close();
      await dispatcher.destroy();
    },
  };
}

class WatchedTransport extends StreamableHTTPClientTransport {
  /** Runs before the SDK's own, which chains it; what it throws, the SDK takes for an answer that cannot be read. */
  override onmessage = inspect;

  /** Tells, which the SDK's does not, a request whose stream is gone for good that its answer will not come. */
  override async send(...[message, options]: Parameters<StreamableHTTPClientTransport['send']>): Promise<void> {
    // What the SDK says besides, such as that a call is cancelled, is nothing of the call's.
    if (!('method' in message && 'id' in message)) return outsideRequests(() => super.send(message, options));
    const request = currentRequest();
    const onRequestStreamEnd = options?.onRequestStreamEnd ?? ((): void => failUnanswered(request));
    await super.send(message, { ...options, onRequestStreamEnd });
  }
}

function inspect(message: JSONRPCMessage): void {
  const request = 'method' in message ? undefined : currentRequest();
  if (request !== undefined) request.delivery = 'replied';
  const excess = overBounds(message);
  if (excess !== null) {
    const fault = tooLarge(excess, 'replied');
    request?.fail(fault);
    throw fault;
  }
  if (request !== undefined && 'result' in message) request.onResult?.(message.result);
}

function failUnanswered(request: Underway | undefined): void {
  if (request === undefined || request.delivery === 'replied') return;
  request.fail(new ToolError('The stream ended before the answer', { kind: 'lost', delivery: 'unknown' }));
}

async function sayGoodbye(transport: StreamableHTTPClientTransport): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, goodbyeMs);
  // A server that does not take its session back lets it expire.
  await Promise.race([transport.terminateSession().catch(() => {}), late.promise]);
  clearTimeout(timer);
}
