import nacl from 'tweetnacl';
import { labelled, type Sha512 } from './primitives.ts';

/** The order of Ed25519's base point, the least byte first, as a signature has it. */
const order = [
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/** What is signed: the header, through its hash, and all of the plaintext behind the signature. */
export interface Signed {
  readonly headerHash: Uint8Array;
  /** From the sender's key on, padding included. */
  readonly rest: Uint8Array;
}

/** Signs with a secret key of tweetnacl's, which is 64 bytes. */
export function sign(signed: Signed, secretKey: Uint8Array, sha512: Sha512): Uint8Array {
  return nacl.sign.detached(message(signed, sha512), secretKey);
}

/** Whether it is this sender's signature, and the only form of it. */
export function isSigned(signed: Signed, by: { signature: Uint8Array; sender: Uint8Array }, sha512: Sha512): boolean {
  // tweetnacl takes S + L for S: a second signature of the same text that its sender never made.
  if (!isBelowOrder(by.signature.subarray(32))) return false;
  return nacl.sign.detached.verify(message(signed, sha512), by.signature, by.sender);
}

function message({ headerHash, rest }: Signed, sha512: Sha512): Uint8Array {
  return labelled('sig', headerHash, sha512(rest));
}

/** Both with the least byte first; what is compared is public. */
function isBelowOrder(scalar: Uint8Array): boolean {
  const highest = order.findLastIndex((byte, i) => byte !== scalar[i]);
  return highest !== -1 && (scalar[highest] ?? 0) < (order[highest] ?? 0);
}
