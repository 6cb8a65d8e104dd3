import { scanEnvelope, type Envelope, type EnvelopeScanner } from './envelope.ts';

export interface LineOptions {
  /** A longer line is dropped while it is read. */
  readonly maxBytes: number;
  readonly onLine: (line: string) => void;
  readonly onOversize: (envelope: Envelope, bytes: number) => void;
}

/**
 * Cuts a stream of bytes into lines, in time linear in their length and with at most one line of `maxBytes` in memory.
 * Returns what takes the next chunk, and with it the chunk's memory. A last line without its end is never told of.
 */
export function splitLines({ maxBytes, onLine, onOversize }: LineOptions): (chunk: Buffer) => void {
  const lineFeed = 0x0a;
  let parts: Buffer[] = [];
  let bytes = 0;
  let oversize: EnvelopeScanner | null = null;

  function take(part: Buffer): void {
    bytes += part.length;
    if (oversize === null && bytes <= maxBytes) {
      parts.push(part);
      return;
    }
    if (oversize === null) {
      oversize = scanEnvelope();
      for (const earlier of parts) oversize.push(earlier);
      parts = [];
    }
    oversize.push(part);
  }

  function endLine(): void {
    const [whole, size, dropped] = [parts, bytes, oversize];
    [parts, bytes, oversize] = [[], 0, null];
    if (dropped !== null) onOversize(dropped.envelope(), size);
    else if (size > 0) onLine(Buffer.concat(whole, size).toString('utf8'));
  }

  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      take(chunk.subarray(start, end));
      endLine();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
    if (start === 0 && oversize !== null) release(chunk);
  };
}

/** Left to the garbage collector, fifty megabytes of dropped chunks pile up before it looks for the first time. */
function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
