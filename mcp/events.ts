import { scanEnvelope, type Envelope, type EnvelopeScanner } from './envelope.ts';

export interface EventOptions {
  /** A longer event is dropped while it is read. */
  readonly maxBytes: number;
  readonly onOversize: (envelope: Envelope, bytes: number) => void;
}

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/**
 * Passes a stream of server-sent events on, one whole event at a time, without those over `maxBytes`; no more than one
 * is ever kept. A line may end with CR, LF or both, and an event ends with an empty line.
 */
export function boundEvents({ maxBytes, onOversize }: EventOptions): TransformStream<Uint8Array, Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let oversize: EnvelopeScanner | null = null;
  let isLineEmpty = true;
  let previous = 0;

  function take(part: Uint8Array): void {
    bytes += part.length;
    if (oversize === null && bytes <= maxBytes) {
      parts.push(part);
      return;
    }
    oversize ??= startedWith(parts.splice(0));
    oversize.push(part);
  }

  function endEvent(out: TransformStreamDefaultController<Uint8Array>): void {
    if (oversize === null) for (const part of parts) out.enqueue(part);
    else onOversize(oversize.envelope(), bytes);
    [parts, bytes, oversize] = [[], 0, null];
  }

  /** True where this byte ends an empty line. The second byte of CR LF ends nothing. */
  function endsEvent(byte: number): boolean {
    const isSecondHalf = byte === lineFeed && previous === carriageReturn;
    const isEnd = (byte === lineFeed || byte === carriageReturn) && !isSecondHalf;
    const ends = isEnd && isLineEmpty;
    if (!isSecondHalf) isLineEmpty = isEnd;
    previous = byte;
    return ends;
  }

  return new TransformStream({
    transform: (chunk, out) => {
      let start = 0;
      for (let index = 0; index < chunk.length; index += 1) {
        if (!endsEvent(chunk[index] ?? 0)) continue;
        take(chunk.subarray(start, index + 1));
        endEvent(out);
        start = index + 1;
      }
      if (start < chunk.length) take(chunk.subarray(start));
    },
  });
}

function startedWith(parts: readonly Uint8Array[]): EnvelopeScanner {
  const scanner = scanEnvelope();
  for (const part of parts) scanner.push(part);
  return scanner;
}
