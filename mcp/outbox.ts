import type { Underway } from './underway.ts';

/** Lines on their way into a process, one after the other. */
export interface Outbox {
  /** Resolves when the line is written; rejects where it cannot be. */
  readonly send: (
    line: string,
    request?: { readonly id: number; readonly underway: Underway | undefined },
  ) => Promise<void>;
  /** Takes out a request that waits for its turn; false where it has been written already, at least in part. */
  readonly recall: (id: number) => boolean;
  /** Refuses all that waits, and all that comes. */
  readonly close: (why: Error) => void;
}

interface Outgoing {
  readonly line: string;
  readonly id: number | undefined;
  readonly underway: Underway | undefined;
  readonly settle: PromiseWithResolvers<void>;
}

/** So many lines that are no requests of ours may wait: a server that asks and does not read would fill our memory. */
const mostWords = 1000;

/** Hands a stream one line at a time, so that what stands behind a full pipe is known not to have been sent. */
export function createOutbox(stream: NodeJS.WritableStream, onFlood: () => void): Outbox {
  const waiting: Outgoing[] = [];
  let words = 0;
  let writing: Outgoing | null = null;
  let closed: Error | null = null;

  async function send(line: string, request?: Parameters<Outbox['send']>[1]): Promise<void> {
    if (closed === null && request === undefined && words >= mostWords) onFlood();
    if (closed !== null) throw closed;
    const settle = Promise.withResolvers<void>();
    waiting.push({ line, id: request?.id, underway: request?.underway, settle });
    if (request === undefined) words += 1;
    writeNext();
    await settle.promise;
  }

  function writeNext(): void {
    const next = writing === null ? waiting.shift() : undefined;
    if (next === undefined) return;
    writing = next;
    if (next.id === undefined) words -= 1;
    if (next.underway !== undefined) next.underway.delivery = 'unknown';
    stream.write(next.line, (error) => {
      if (error instanceof Error) return; // How its process ended tells more: whoever closes this knows, and soon.
      writing = null;
      if (closed === null) next.settle.resolve();
      else next.settle.reject(closed);
      writeNext();
    });
  }

  function recall(id: number): boolean {
    const index = waiting.findIndex((outgoing) => outgoing.id === id);
    if (index < 0) return false;
    for (const { settle } of waiting.splice(index, 1)) settle.resolve();
    return true;
  }

  function close(why: Error): void {
    closed ??= why;
    for (const { settle } of [...waiting.splice(0), ...(writing === null ? [] : [writing])]) settle.reject(closed);
  }

  return { send, recall, close };
}
