import nacl from 'tweetnacl';
import { utf8 } from './bytes.ts';
import { envelopeError } from './errors.ts';

/** A key of the device that opens: what can be done with it, never what it is, for a browser may lock it in. */
export interface DeviceKey {
  readonly publicKey: Uint8Array;
  /** X25519 of it and another's public key, as it comes: zeros for a point of low order. */
  readonly pointWith: (publicKey: Uint8Array) => Promise<Uint8Array>;
}

/** One whose secret half is at hand. */
export function deviceKey(secretKey: Uint8Array): DeviceKey {
  return {
    publicKey: nacl.scalarMult.base(secretKey),
    pointWith: async (publicKey) => nacl.scalarMult(secretKey, publicKey),
  };
}

/** What `nacl.box.before` makes of such a point, which it takes from nobody. @throws OmegaError `E_KEY_LOW_ORDER` */
export function sharedSecret(point: Uint8Array): Uint8Array {
  if (isZero(point)) {
    const why = 'A public key is a point of low order: anyone could open what is sealed to it.';
    throw envelopeError('E_KEY_LOW_ORDER', why);
  }
  const { crypto_core_hsalsa20: hsalsa20 }: LowLevel = Reflect.get(nacl, 'lowlevel');
  const shared = new Uint8Array(32);
  hsalsa20(shared, new Uint8Array(16), point, utf8('expand 32-byte k'));
  return shared;
}

/** Whether a public key is a point of low order, which agrees on zeros with every secret key. */
export function isLowOrder(publicKey: Uint8Array): boolean {
  return isZero(nacl.scalarMult(new Uint8Array(32), publicKey));
}

/** In a time that tells nothing. */
function isZero(point: Uint8Array): boolean {
  return nacl.verify(point, new Uint8Array(point.length));
}

/** Not in tweetnacl's types. */
interface LowLevel {
  /** Into the first array: of 16 bytes, under a key, with Salsa20's constant. */
  readonly crypto_core_hsalsa20: (
    out: Uint8Array,
    ...[input, key, constant]: readonly [Uint8Array, Uint8Array, Uint8Array]
  ) => number;
}
