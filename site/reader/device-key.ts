import nacl from 'tweetnacl';
import { deviceKey, type DeviceKey } from '#holding/report/envelope.ts';

/** The key of this device: what can be done with it, never what it is. */
export interface HeldKey extends DeviceKey {
  /** Whether no script can read it out, this one included. */
  readonly lockedIn: boolean;
}

/** As the browser's store holds it. */
interface StoredKey {
  readonly publicKey: Uint8Array;
  readonly secret: CryptoKey | Uint8Array;
}

/** Of a PKCS #8 file of an X25519 key, before its 32 bytes. */
const pkcs8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];

/** Locks a secret key into the browser, where it can do X25519 by itself; elsewhere it stays as it is. */
export async function lockIn(secret: Uint8Array): Promise<StoredKey> {
  const publicKey = nacl.scalarMult.base(secret);
  try {
    const der = Uint8Array.from([...pkcs8, ...secret]);
    return { publicKey, secret: await crypto.subtle.importKey('pkcs8', der, 'X25519', false, ['deriveBits']) };
  } catch {
    return { publicKey, secret: Uint8Array.from(secret) }; // An older browser, or no HTTPS; the page says that it is so.
  }
}

/** A key as the store gave it back; null where there is none. */
export function heldKey(stored: unknown): HeldKey | null {
  if (!isStored(stored)) return null;
  const { publicKey, secret } = stored;
  if (secret instanceof Uint8Array) return { ...deviceKey(secret), lockedIn: false };
  return { publicKey, lockedIn: true, pointWith: (other) => pointWith(secret, other) };
}

function isStored(stored: unknown): stored is StoredKey {
  if (typeof stored !== 'object' || stored === null) return false;
  if (!('publicKey' in stored && 'secret' in stored) || !(stored.publicKey instanceof Uint8Array)) return false;
  return stored.secret instanceof Uint8Array || stored.secret instanceof CryptoKey;
}

async function pointWith(secret: CryptoKey, other: Uint8Array): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', Uint8Array.from(other), 'X25519', false, []);
  try {
    return new Uint8Array(await crypto.subtle.deriveBits({ name: 'X25519', public: key }, secret, 256));
  } catch (error) {
    // So a browser refuses a point of low order, which zeros stand for.
    if (error instanceof DOMException && error.name === 'OperationError') return new Uint8Array(32);
    throw error;
  }
}
