import { parseJSONRPCMessage, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { overBounds, tooLarge } from './bounds.ts';
import type { ServerProcess } from './child.ts';
import type { ConnectOptions } from './connect.ts';
import type { Envelope } from './envelope.ts';
import { splitLines } from './lines.ts';
import { createOutbox } from './outbox.ts';
import { ToolError, type Delivery } from './tool-error.ts';
import { currentRequest, quoted, type Underway } from './underway.ts';

/** A transport over a process's standard input and output. */
export interface StdioTransport extends Transport {
  /** Resolves, in words, when nothing more can come. */
  readonly over: Promise<string>;
}

export interface StdioOptions extends Pick<ConnectOptions, 'redact'> {
  readonly maxBytes: number;
}

/** After its output ended, so long is waited for how the process itself ended, which says more. */
const exitGraceMs = 25;
/** After its exit or the end of its input, so long is waited for what it wrote before. */
const drainGraceMs = 500;
/** So many lines that are no JSON-RPC are kept among its last words; the rest is only counted. */
const noiseKept = 3;

/**
 * Speaks JSON-RPC, a message a line, with a process that may say anything: a line over `maxBytes` fails only the call
 * that it answers, what is no JSON-RPC is passed over, and an end of its output is an end of the connection.
 */
export function stdioTransport(server: ServerProcess, { maxBytes, redact = String }: StdioOptions): StdioTransport {
  const inFlight = new Map<number, Underway | undefined>();
  const outbox = createOutbox(server.stdin, () => finish('it says more and more, and reads no answer'));
  const over = Promise.withResolvers<string>();
  const transport: StdioTransport = { over: over.promise, start, send, close: async () => finish('closed by Omega') };
  let isOver = false;
  let noise = 0;

  async function start(): Promise<void> {
    server.stdout.on('data', splitLines({ maxBytes, onLine, onOversize }));
    server.stdout.on('error', (error) => finishIn(0, `its standard output failed: ${error.message}`));
    server.stdout.once('end', () => {
      finishIn(exitGraceMs, 'its standard output ended');
      void server.exited.then(finish);
    });
    server.stdin.on('error', (error) => finishIn(drainGraceMs, `it reads no more: ${error.message}`));
    void server.exited.then((how) => finishIn(drainGraceMs, how));
  }

  function onLine(line: string): void {
    if (isOver) return;
    const message = parse(line);
    if (message === null) hearNoise(line);
    else if ('method' in message) onWord(message);
    else onAnswer(message);
  }

  function hearNoise(line: string): void {
    if (line.trim() === '') return;
    noise += 1;
    if (noise <= noiseKept)
      server.hear(`\n[line ${noise} on standard output that is no JSON-RPC] ${quoted(redact(line))}\n`);
  }

  /** A request or a notification of the server's own; one over a bound is worth nothing to anybody. */
  function onWord(message: JSONRPCMessage): void {
    if (overBounds(message) === null) transport.onmessage?.(message);
  }

  /** An answer that nobody waits for any more is dropped here, before the SDK writes all of it into an error. */
  function onAnswer(message: Exclude<JSONRPCMessage, { method: string }>): void {
    const id = Number(message.id);
    const request = inFlight.get(id);
    if (!inFlight.delete(id)) return;
    if (request !== undefined) request.delivery = 'replied';
    const excess = overBounds(message);
    if (excess !== null) return request?.fail(tooLarge(excess, 'replied'));
    if ('result' in message) request?.onResult?.(message.result);
    transport.onmessage?.(message);
  }

  /** Whose answer it was cannot be known where it has no id: then nobody is left waiting. */
  function onOversize({ id, hasMethod }: Envelope, bytes: number): void {
    if (hasMethod) return;
    const excess = `it has ${bytes} bytes, more than ${maxBytes}`;
    if (id === undefined) {
      for (const request of inFlight.values()) request?.fail(tooLarge(excess, 'unknown'));
      return;
    }
    const request = inFlight.get(Number(id));
    inFlight.delete(Number(id));
    if (request === undefined) return;
    request.delivery = 'replied';
    request.fail(tooLarge(excess, 'replied'));
  }

  async function send(message: JSONRPCMessage): Promise<void> {
    const cancelled = cancelledId(message);
    if (cancelled !== undefined && forget(cancelled)) return;
    const line = `${JSON.stringify(message)}\n`;
    if (!('method' in message && 'id' in message)) return outbox.send(line);
    const [id, underway] = [Number(message.id), currentRequest()];
    inFlight.set(id, underway);
    await outbox.send(line, { id, underway });
  }

  /** Nobody waits for it any more. True where it had not been written yet: then it never is. */
  function forget(id: number): boolean {
    inFlight.delete(id);
    return outbox.recall(id);
  }

  function finishIn(ms: number, why: string): void {
    setTimeout(() => finish(why), ms).unref();
  }

  function finish(why: string): void {
    if (isOver) return;
    isOver = true;
    over.resolve(why);
    for (const request of inFlight.values()) request?.note(lost(why, request.delivery));
    inFlight.clear();
    outbox.close(new Error(why));
    transport.onclose?.();
  }

  return transport;
}

function parse(line: string): JSONRPCMessage | null {
  try {
    return parseJSONRPCMessage(JSON.parse(line));
  } catch {
    return null; // Noise: many a server writes its greeting where only messages belong.
  }
}

function cancelledId(message: JSONRPCMessage): number | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  return Number(message.params?.['requestId']);
}

function lost(why: string, delivery: Delivery): ToolError {
  return new ToolError(`The server ended before the answer: ${why}`, { kind: 'lost', delivery });
}
