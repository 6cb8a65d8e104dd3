import nacl from 'tweetnacl';
import { join, utf8 } from './bytes.ts';

/** So many random bytes. */
export type Random = (length: number) => Uint8Array;
export type Sha512 = (bytes: Uint8Array) => Uint8Array;

/** What may be given from outside: randomness by tests only, and a faster SHA-512 where the machine has one. */
export interface Primitives {
  readonly random: Random;
  readonly sha512: Sha512;
}

/** Those of tweetnacl, in Node as in a browser. */
export const ownPrimitives: Primitives = {
  random: (length) => nacl.randomBytes(length),
  sha512: (bytes) => nacl.hash(bytes),
};

/** What is hashed or signed for one purpose, so that it can stand for no other. */
export function labelled(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return join(utf8(`omega-report/1 ${label}\0`), ...parts);
}

/** The first bytes of the SHA-512 of a few bytes with their label. */
export function digest(label: string, length: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return nacl.hash(labelled(label, ...parts)).slice(0, length);
}
