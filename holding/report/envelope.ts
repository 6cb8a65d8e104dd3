import nacl from 'tweetnacl';
import type { DeviceKey } from './envelope/agreement.ts';
import { toBase32, toHex } from './envelope/bytes.ts';
import { decrypt, encrypt } from './envelope/chunks.ts';
import { envelopeError } from './envelope/errors.ts';
import { headerOf, mostRecipients, unwrap, writeHeader } from './envelope/header.ts';
import { fingerprint } from './envelope/keys.ts';
import { readMeta, writeMeta, type Meta, type MetaToSeal } from './envelope/meta.ts';
import { checkPadding, mostBody, readPlaintext, writePlaintext } from './envelope/plaintext.ts';
import { digest, ownPrimitives, type Primitives } from './envelope/primitives.ts';
import { isSigned, sign } from './envelope/signature.ts';

export { deviceKey, type DeviceKey } from './envelope/agreement.ts';
export {
  fingerprint,
  makeKeyPair,
  parsePublicKey,
  parseSecretKey,
  parseSigningKey,
  publicKeyText,
  secretKeyText,
  signingKeyText,
} from './envelope/keys.ts';

/** What goes into an envelope, and for whom. */
export interface ToSeal {
  /** X25519 public keys, 1 to 16, each once. */
  readonly recipients: readonly Uint8Array[];
  /** The sender's 32 bytes, from which its Ed25519 key comes. */
  readonly seed: Uint8Array;
  readonly meta: MetaToSeal;
  /** At most 16 MiB; see `splitParts`. */
  readonly body: Uint8Array;
}

/** A sealed report. */
export interface Sealed {
  readonly bytes: Uint8Array;
  /** Of the bytes, hex; the next one's `prev` is its first 64 digits. */
  readonly sha512: string;
  /** The eight characters that a reader shows once it has opened it: kept in the ledger, and told to nobody. */
  readonly receipt: string;
}

/** A report out of its envelope, all checks passed. */
export interface Opened {
  readonly meta: Meta;
  readonly body: Uint8Array;
  /** The Ed25519 public key that signed it. */
  readonly sender: Uint8Array;
  /** Of the envelope, hex. */
  readonly sha512: string;
  readonly receipt: string;
}

/** What a reader opens with. */
export interface Keyring {
  /** X25519 keys of this device: the one in use, and older ones. */
  readonly keys: readonly DeviceKey[];
  /** Ed25519 public keys of the senders that it trusts. */
  readonly senders: readonly Uint8Array[];
}

/**
 * Seals a report. It takes the processor for as long as docs/report-envelope.md measures; `sealAside` does it in a thread.
 * @throws OmegaError `E_KEY_MISSING`, `E_RECIPIENTS`, `E_KEY_DUPLICATE`, `E_KEY_LOW_ORDER`, `E_FORMAT`
 */
export function seal({ recipients, seed, meta, body }: ToSeal, own: Partial<Primitives> = {}): Sealed {
  const { random, sha512 } = { ...ownPrimitives, ...own };
  checkRecipients(recipients);
  if (body.length > mostBody)
    throw envelopeError('E_FORMAT', `A body has at most ${mostBody} bytes, this one ${body.length}.`);
  const ephemeral = random(32);
  const contentKey = random(32);
  const header = writeHeader(recipients, ephemeral, contentKey);
  const headerHash = sha512(header);
  const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
  const plaintext = writePlaintext(publicKey, writeMeta(meta, recipients.map(fingerprint)), body);
  plaintext.set(sign({ headerHash, rest: plaintext.subarray(64) }, secretKey, sha512));
  const payloadKey = digest('payload', 32, contentKey, headerHash);
  const bytes = encrypt(plaintext, payloadKey, header);
  const sealed = { bytes, sha512: toHex(sha512(bytes)), receipt: receiptOf(payloadKey) };
  for (const secret of [ephemeral, contentKey, payloadKey, secretKey, plaintext]) secret.fill(0);
  return sealed;
}

/** Opens a report from a sender that is trusted. Nothing of it comes out before every check has passed. @throws OmegaError by `envelopeCodes` */
export function open(envelope: Uint8Array, keyring: Keyring, { sha512 }: Hashing = ownPrimitives): Promise<Opened> {
  return read(envelope, { ...keyring, sha512 });
}

/** Who signed an envelope, for a reader that trusts nobody yet: all is checked but the trust, and nothing else is told. @throws OmegaError as `open` */
export async function senderOf(envelope: Uint8Array, keys: readonly DeviceKey[]): Promise<Uint8Array> {
  const { sender } = await read(envelope, { keys, senders: 'any', sha512: ownPrimitives.sha512 });
  return sender;
}

type Hashing = Pick<Primitives, 'sha512'>;
type Reading = Hashing & Pick<Keyring, 'keys'> & { readonly senders: Keyring['senders'] | 'any' };

async function read(envelope: Uint8Array, { keys, senders, sha512 }: Reading): Promise<Opened> {
  const header = headerOf(envelope);
  const contentKey = await unwrap(header, keys);
  const headerHash = sha512(header);
  const payloadKey = digest('payload', 32, contentKey, headerHash);
  const plaintext = decrypt(envelope.subarray(header.length), payloadKey);
  const { signature, sender, rest, end, meta, body } = readPlaintext(plaintext);
  if (senders !== 'any' && !senders.some((trusted) => nacl.verify(trusted, sender))) {
    throw envelopeError('E_SENDER_UNKNOWN', 'This report comes from a sender that is not trusted here.');
  }
  if (!isSigned({ headerHash, rest }, { signature, sender }, sha512)) {
    throw envelopeError('E_SIG', 'The signature of this report is false.');
  }
  checkPadding(plaintext, end);
  return {
    meta: readMeta(meta),
    // Copies: what is a view on a larger buffer gives all of that away by its `buffer`.
    body: body.slice(),
    sender: sender.slice(),
    sha512: toHex(sha512(envelope)),
    receipt: receiptOf(payloadKey),
  };
}

function checkRecipients(recipients: readonly Uint8Array[]): void {
  if (recipients.length === 0) throw envelopeError('E_KEY_MISSING', 'There is no key to seal this report for.');
  if (recipients.length > mostRecipients) {
    throw envelopeError(
      'E_RECIPIENTS',
      `A report is sealed for ${mostRecipients} keys at most, not ${recipients.length}.`,
    );
  }
  if (new Set(recipients.map(toHex)).size < recipients.length) {
    throw envelopeError('E_KEY_DUPLICATE', 'A key is there twice.');
  }
}

/** What shows that a report was opened, and gives nothing of it away. */
function receiptOf(payloadKey: Uint8Array): string {
  return toBase32(digest('ack', 5, payloadKey));
}
