import type { Transport } from '@modelcontextprotocol/client';
import { spawnServer } from './child.ts';
import type { ConnectOptions } from './connect.ts';
import type { FetchOptions } from './bounded-fetch.ts';
import { httpTransport } from './http.ts';
import { stdioTransport } from './stdio.ts';

/** The way to one server, under the protocol. */
export interface Line extends AsyncDisposable {
  readonly transport: Transport;
  readonly pid: number | null;
  /** Resolves, in words, when nothing can come over it any more. */
  readonly over: Promise<string>;
  /** The end of what its process said besides; empty where it is none of ours. */
  readonly lastWords: () => string;
}

export type LineOptions = Pick<ConnectOptions, 'target' | 'maxResultBytes' | 'onSpawn' | 'redact'> &
  Pick<FetchOptions, 'around'>;

/** Starts the server's process, or makes ready to reach it elsewhere. @throws ToolError `start` */
export async function openLine(options: LineOptions): Promise<Line> {
  return options.target.kind === 'stdio' ? stdioLine(options.target, options) : httpLine(options.target, options);
}

async function stdioLine(
  target: LineOptions['target'] & { kind: 'stdio' },
  { maxResultBytes, ...options }: LineOptions,
): Promise<Line> {
  const server = await spawnServer(target, options);
  const transport = stdioTransport(server, { ...options, maxBytes: maxResultBytes });
  void transport.over.then(server.end);
  const dispose = async (): Promise<void> => {
    await transport.close();
    await server.end();
  };
  const { pid } = server.spawned;
  return { transport, pid, over: transport.over, lastWords: server.lastWords, [Symbol.asyncDispose]: dispose };
}

function httpLine(target: LineOptions['target'] & { kind: 'http' }, { maxResultBytes, around }: LineOptions): Line {
  const over = Promise.withResolvers<string>();
  const http = httpTransport({
    target,
    maxBytes: maxResultBytes,
    onSessionLost: () => over.resolve('the server has forgotten our session'),
    ...(around && { around }),
  });
  const dispose = async (): Promise<void> => {
    over.resolve('closed by Omega');
    await http[Symbol.asyncDispose]();
  };
  const { transport } = http;
  return { transport, pid: null, over: over.promise, lastWords: () => '', [Symbol.asyncDispose]: dispose };
}
