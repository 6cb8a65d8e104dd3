import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { isJSONRPCRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';

/** A client's longest message; questions are short. */
const maxBufferSize = 1024 * 1024;
/** What was asked before standard input ended is still answered, for so long: clients kill after two seconds. */
const graceMs = 1500;

/** Speaks over standard input and output until input ends, the client is gone, or the signal is aborted. */
export async function serveOverStdio(server: McpServer, signal: AbortSignal): Promise<void> {
  const transport = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize });
  const over = new AbortController();
  const inputEnded = Promise.withResolvers<void>();
  Object.assign(server.server, { onclose: () => over.abort() }); // Also where a message was over the bound.
  await server.connect(transport);
  const open = requestsOf(transport);
  process.stdin.once('end', inputEnded.resolve).once('close', inputEnded.resolve);
  process.stdout.on('error', () => over.abort()); // Nobody reads any more; an unheard error would be a crash.
  const stop = AbortSignal.any([signal, over.signal]);
  await Promise.race([aborted(stop), inputEnded.promise]);
  await Promise.race([aborted(AbortSignal.any([stop, AbortSignal.timeout(graceMs)])), open.answered()]);
  await server.close();
  process.stdin.destroy();
}

/** Counts what is asked and not yet answered. */
function requestsOf(transport: Transport): { readonly answered: () => Promise<void> } {
  const open = new Set<RequestId>();
  const none = Promise.withResolvers<void>();
  let isAwaited = false;
  const look = (): void => void (isAwaited && open.size === 0 && none.resolve());
  const { onmessage: receive } = transport;
  const send = transport.send.bind(transport);
  const onmessage: typeof receive = (message, extra) => {
    if (isJSONRPCRequest(message)) open.add(message.id);
    receive?.(message, extra);
  };
  const counted: typeof send = async (message, options) => {
    await send(message, options);
    if (!('method' in message) && message.id !== undefined) open.delete(message.id);
    look();
  };
  Object.assign(transport, { onmessage, send: counted });
  return {
    answered: () => {
      isAwaited = true;
      look();
      return none.promise;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
