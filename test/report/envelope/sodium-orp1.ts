import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

/** What is used of libsodium, through its bindings; the first argument is written into. */
interface Sodium {
  readonly crypto_scalarmult: (out: Buffer, secretKey: Uint8Array, publicKey: Uint8Array) => void;
  readonly crypto_scalarmult_base: (out: Buffer, secretKey: Uint8Array) => void;
  readonly crypto_secretbox_easy: (...all: readonly [Buffer, Uint8Array, Uint8Array, Uint8Array]) => void;
  readonly crypto_secretbox_open_easy: (...all: readonly [Buffer, Uint8Array, Uint8Array, Uint8Array]) => boolean;
  readonly crypto_box_easy: (...all: readonly [Buffer, Uint8Array, Uint8Array, Uint8Array, Uint8Array]) => void;
  readonly crypto_box_open_easy: (...all: readonly [Buffer, Uint8Array, Uint8Array, Uint8Array, Uint8Array]) => boolean;
  readonly crypto_sign_seed_keypair: (publicKey: Buffer, secretKey: Buffer, seed: Uint8Array) => void;
  readonly crypto_sign_detached: (out: Buffer, message: Uint8Array, secretKey: Uint8Array) => void;
  readonly crypto_sign_verify_detached: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;
}

const require = createRequire(import.meta.url);
const sodium: Sodium = require('sodium-native');

/** What an envelope is made of, down to what is random elsewhere; `as…` forge what an honest sender would not make. */
export interface Making {
  readonly recipients: readonly Uint8Array[];
  readonly seed: Uint8Array;
  readonly meta: Uint8Array;
  readonly body: Uint8Array;
  readonly ephemeral: Uint8Array;
  readonly contentKey: Uint8Array;
  /** Changes the plaintext before it is signed. */
  readonly asPlaintext?: (plaintext: Buffer) => Buffer;
  readonly asSignature?: (signature: Buffer) => Buffer;
  readonly asHeader?: (header: Buffer) => Buffer;
}

/** ORP1 on libsodium, written from docs/report-envelope.md and sharing no line with Omega's own. */
export function sodiumSeal(making: Making): Buffer {
  const { ephemeral, contentKey, meta, body, recipients } = making;
  const epk = Buffer.alloc(32);
  sodium.crypto_scalarmult_base(epk, ephemeral);
  const slots = recipients.flatMap((recipient, i) => {
    const wrap = Buffer.alloc(48);
    sodium.crypto_box_easy(wrap, contentKey, wrapNonce(i), recipient, ephemeral);
    return [ridOf(recipient, { mine: ephemeral, theirs: recipient, epk }), wrap];
  });
  const plain = Buffer.concat([Buffer.from('OMEGARP'), Buffer.from([1, 0, recipients.length]), epk, ...slots]);
  const header = making.asHeader?.(plain) ?? plain;
  const publicKey = Buffer.alloc(32);
  const secretKey = Buffer.alloc(64);
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, making.seed);
  const mlen = Buffer.alloc(4);
  mlen.writeUInt32BE(meta.length);
  const blen = Buffer.alloc(8);
  blen.writeBigUInt64BE(BigInt(body.length));
  const content = Buffer.concat([Buffer.alloc(64), publicKey, mlen, meta, blen, body]);
  const padded = Buffer.concat([content, Buffer.alloc(padme(Math.max(4096, content.length)) - content.length)]);
  const plaintext = making.asPlaintext?.(padded) ?? padded;
  const signature = Buffer.alloc(64);
  sodium.crypto_sign_detached(signature, signedMessage(header, plaintext), secretKey);
  (making.asSignature?.(signature) ?? signature).copy(plaintext);
  return Buffer.concat([header, ...sealedChunks(plaintext, payloadKey(header, contentKey))]);
}

/** Opens with libsodium. Throws a code of its own making: it is no reader, only a second opinion. */
export function sodiumOpen(envelope: Uint8Array, secretKey: Uint8Array) {
  const bytes = Buffer.from(envelope);
  const header = bytes.subarray(0, 42 + 56 * bytes.readUInt8(9));
  const epk = header.subarray(10, 42);
  const publicKey = Buffer.alloc(32);
  sodium.crypto_scalarmult_base(publicKey, secretKey);
  const rid = ridOf(publicKey, { mine: secretKey, theirs: epk, epk });
  const slots = Array.from({ length: bytes.readUInt8(9) }, (_, i) => header.subarray(42 + 56 * i, 98 + 56 * i));
  const i = slots.findIndex((slot) => slot.subarray(0, 8).equals(rid));
  const contentKey = Buffer.alloc(32);
  const wrap = slots[i]?.subarray(8) ?? Buffer.alloc(48);
  if (!sodium.crypto_box_open_easy(contentKey, wrap, wrapNonce(i), epk, secretKey)) throw new Error('wrap');
  const plaintext = openedChunks(bytes.subarray(header.length), payloadKey(header, contentKey));
  const sender = plaintext.subarray(64, 96);
  const message = signedMessage(header, plaintext);
  if (!sodium.crypto_sign_verify_detached(plaintext.subarray(0, 64), message, sender)) throw new Error('signature');
  const metaEnd = 100 + plaintext.readUInt32BE(96);
  const bodyEnd = metaEnd + 8 + Number(plaintext.readBigUInt64BE(metaEnd));
  return { sender, meta: plaintext.subarray(100, metaEnd), body: plaintext.subarray(metaEnd + 8, bodyEnd) };
}

/** The padded length, by the words of the documentation. */
export function padme(length: number): number {
  const e = length.toString(2).length - 1;
  const s = e.toString(2).length;
  const step = 2 ** (e - s);
  return length % step === 0 ? length : length - (length % step) + step;
}

function ridOf(recipient: Uint8Array, by: { mine: Uint8Array; theirs: Uint8Array; epk: Uint8Array }): Buffer {
  const point = Buffer.alloc(32);
  sodium.crypto_scalarmult(point, by.mine, by.theirs);
  return sha512('omega-report/1 rid\0', hsalsa20(point), by.epk, recipient).subarray(0, 8);
}

function payloadKey(header: Uint8Array, contentKey: Uint8Array): Buffer {
  return sha512('omega-report/1 payload\0', contentKey, sha512(header)).subarray(0, 32);
}

function signedMessage(header: Uint8Array, plaintext: Buffer): Buffer {
  return Buffer.concat([Buffer.from('omega-report/1 sig\0'), sha512(header), sha512(plaintext.subarray(64))]);
}

function sealedChunks(plaintext: Buffer, key: Buffer): Buffer[] {
  const count = Math.ceil(plaintext.length / 65_536);
  return Array.from({ length: count }, (_, j) => {
    const chunk = plaintext.subarray(j * 65_536, (j + 1) * 65_536);
    const sealed = Buffer.alloc(chunk.length + 16);
    sodium.crypto_secretbox_easy(sealed, chunk, chunkNonce(j, j === count - 1), key);
    return sealed;
  });
}

function openedChunks(payload: Buffer, key: Buffer): Buffer {
  const count = Math.ceil(payload.length / 65_552);
  const chunks = Array.from({ length: count }, (_, j) => {
    const sealed = payload.subarray(j * 65_552, (j + 1) * 65_552);
    const chunk = Buffer.alloc(sealed.length - 16);
    if (!sodium.crypto_secretbox_open_easy(chunk, sealed, chunkNonce(j, j === count - 1), key))
      throw new Error('chunk');
    return chunk;
  });
  return Buffer.concat(chunks);
}

function wrapNonce(i: number): Buffer {
  return Buffer.concat([Buffer.from('omega-report/1 wrap'), Buffer.from([0, 0, 0, 0, i])]);
}

function chunkNonce(j: number, isLast: boolean): Buffer {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(j));
  return Buffer.concat([Buffer.from('omega-report/1c'), number, Buffer.from([isLast ? 1 : 0])]);
}

function sha512(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** HSalsa20 of sixteen zeros, from its paper: libsodium's bindings keep their own to themselves. */
export function hsalsa20(key: Buffer): Buffer {
  const constant = Buffer.from('expand 32-byte k');
  const input = Buffer.concat([
    constant.subarray(0, 4),
    key.subarray(0, 16),
    constant.subarray(4, 8),
    Buffer.alloc(16),
    constant.subarray(8, 12),
    key.subarray(16),
    constant.subarray(12),
  ]);
  const x = Uint32Array.from({ length: 16 }, (_, i) => input.readUInt32LE(i * 4));
  for (let round = 0; round < 10; round += 1) {
    for (const lane of [0, 5, 10, 15]) quarter(x, [lane, (lane + 4) % 16, (lane + 8) % 16, (lane + 12) % 16]);
    for (const row of [0, 4, 8, 12]) {
      const at = row / 4;
      quarter(x, [row + at, row + ((at + 1) % 4), row + ((at + 2) % 4), row + ((at + 3) % 4)]);
    }
  }
  const out = Buffer.alloc(32);
  for (const [to, from] of [0, 5, 10, 15, 6, 7, 8, 9].entries()) out.writeUInt32LE(x[from]!, to * 4);
  return out;
}

function quarter(x: Uint32Array, [a, b, c, d]: readonly [number, number, number, number]): void {
  const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
  x[b]! ^= rotate(x[a]! + x[d]!, 7);
  x[c]! ^= rotate(x[b]! + x[a]!, 9);
  x[d]! ^= rotate(x[c]! + x[b]!, 13);
  x[a]! ^= rotate(x[d]! + x[c]!, 18);
}
