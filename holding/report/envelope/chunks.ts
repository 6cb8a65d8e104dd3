import nacl from 'tweetnacl';
import { bigEndian, join, utf8 } from './bytes.ts';
import { envelopeError } from './errors.ts';

const chunkBytes = 65_536;
const tagBytes = 16;
const sealedBytes = chunkBytes + tagBytes;

/** Encrypts the plaintext chunk by chunk, behind room for the header. */
export function encrypt(plaintext: Uint8Array, key: Uint8Array, header: Uint8Array): Uint8Array {
  const count = Math.ceil(plaintext.length / chunkBytes);
  const envelope = new Uint8Array(header.length + plaintext.length + count * tagBytes);
  envelope.set(header);
  for (let j = 0; j < count; j += 1) {
    const chunk = plaintext.subarray(j * chunkBytes, (j + 1) * chunkBytes);
    envelope.set(nacl.secretbox(chunk, chunkNonce(j, count), key), header.length + j * sealedBytes);
  }
  return envelope;
}

/** The plaintext of all chunks, where each of them, their order and their number are as they were sealed. @throws OmegaError `E_CHUNK` */
export function decrypt(payload: Uint8Array, key: Uint8Array): Uint8Array {
  const count = Math.ceil(payload.length / sealedBytes);
  if (payload.length - (count - 1) * sealedBytes <= tagBytes) throw broken(count - 1, count);
  const plaintext = new Uint8Array(payload.length - count * tagBytes);
  for (let j = 0; j < count; j += 1) {
    const chunk = payload.subarray(j * sealedBytes, (j + 1) * sealedBytes);
    const opened = nacl.secretbox.open(chunk, chunkNonce(j, count), key);
    if (opened === null) throw broken(j, count);
    plaintext.set(opened, j * chunkBytes);
  }
  return plaintext;
}

/** The number of the chunk, and whether it is the last: none can change its place, and none can be cut off. */
function chunkNonce(j: number, count: number): Uint8Array {
  return join(utf8('omega-report/1c'), bigEndian(j, 8), Uint8Array.of(j === count - 1 ? 1 : 0));
}

function broken(j: number, count: number) {
  return envelopeError('E_CHUNK', `Piece ${j + 1} of ${count} was changed or cut off on its way.`);
}
