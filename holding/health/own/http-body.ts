import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { OmegaError } from '#lib/errors.ts';

/** What was read of an answer. */
export interface Body {
  /** Empty where nobody wanted it. */
  readonly text: string;
  /** There was more than is read. */
  readonly cut: boolean;
}

/** So much is searched, unpacked; the rest is never read. */
export const searchedBytes = 1_048_576;

/** So much is read away to keep the connection; beyond it a new one is cheaper. */
const passedOverBytes = 65_536;

const unpackers: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Reads an answer as far as it may go; what is packed stays so unless it is wanted. */
export async function readBody(response: IncomingMessage, wanted: boolean): Promise<Body> {
  if (!wanted) return { text: '', cut: await passOver(response) };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of unpacked(response)) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > searchedBytes) break; // Leaving the loop closes the connection.
  }
  return { text: Buffer.concat(chunks).subarray(0, searchedBytes).toString('utf8'), cut: bytes > searchedBytes };
}

/** Without a promise for each piece: this is what most looks consist of. */
function passOver(response: IncomingMessage): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= passedOverBytes) return;
      resolve(true);
      response.destroy();
    });
    response.once('end', () => resolve(false));
    response.once('error', reject);
  });
}

/** @throws OmegaError `E_PACKED` where it cannot be: what is in it is then not known. */
function unpacked(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? 'identity';
  const unpack = unpackers[encoding];
  if (unpack === undefined && encoding !== 'identity' && encoding !== '') {
    response.destroy();
    throw new OmegaError(`The answer is packed in a way that is not known: ${encoding.slice(0, 40)}`, {
      code: 'E_PACKED',
    });
  }
  // What goes wrong in either of them is thrown where the last one is read.
  return unpack === undefined ? response : pipeline(response, unpack(), () => {});
}
