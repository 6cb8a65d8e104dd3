import { bigEndian, readBigEndian } from './bytes.ts';
import { envelopeError } from './errors.ts';
import { paddedLength } from './padme.ts';

/** The most bytes of body in one envelope: Telegram hands a bot's file back up to 20 MiB. A larger one goes in parts. */
export const mostBody = 16 * 2 ** 20;

const signatureBytes = 64;
const metaAt = 100;
/** Signature, sender's key and both lengths. */
const frameBytes = 108;

/** What a plaintext holds; each is a view on it. */
export interface Plaintext {
  readonly signature: Uint8Array;
  readonly sender: Uint8Array;
  readonly meta: Uint8Array;
  readonly body: Uint8Array;
  /** All behind the signature, padding included. */
  readonly rest: Uint8Array;
  /** Where the padding begins. */
  readonly end: number;
}

/** Lays it out with its padding and room for the signature. */
export function writePlaintext(sender: Uint8Array, meta: Uint8Array, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(paddedLength(frameBytes + meta.length + body.length));
  bytes.set(sender, signatureBytes);
  bytes.set(bigEndian(meta.length, 4), metaAt - 4);
  bytes.set(meta, metaAt);
  bytes.set(bigEndian(body.length, 8), metaAt + meta.length);
  bytes.set(body, frameBytes + meta.length);
  return bytes;
}

/** Takes it apart; who sent it and whether it was padded as it must be are for others to say. @throws OmegaError `E_FORMAT` */
export function readPlaintext(bytes: Uint8Array): Plaintext {
  if (bytes.length < frameBytes) throw wrongLengths();
  const metaEnd = metaAt + readBigEndian(bytes, metaAt - 4, 4);
  if (metaEnd + 8 > bytes.length) throw wrongLengths();
  const bodyBytes = readBigEndian(bytes, metaEnd, 8);
  const end = metaEnd + 8 + bodyBytes;
  if (bodyBytes > mostBody || end > bytes.length || end >= 2 ** 31) throw wrongLengths();
  return {
    signature: bytes.subarray(0, signatureBytes),
    sender: bytes.subarray(signatureBytes, metaAt - 4),
    meta: bytes.subarray(metaAt, metaEnd),
    body: bytes.subarray(metaEnd + 8, end),
    rest: bytes.subarray(signatureBytes),
    end,
  };
}

/** @throws OmegaError `E_PAD` where something hides in the padding, or its length is not the only one there can be. */
export function checkPadding(bytes: Uint8Array, end: number): void {
  if (bytes.length !== paddedLength(end))
    throw envelopeError('E_PAD', 'The padding has another length than it must have.');
  if (bytes.subarray(end).some((byte) => byte !== 0))
    throw envelopeError('E_PAD', 'Something is hidden in the padding.');
}

function wrongLengths() {
  return envelopeError('E_FORMAT', 'The lengths inside the envelope do not agree with each other.');
}
