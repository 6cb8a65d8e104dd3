import nacl from 'tweetnacl';
import { isLowOrder } from './agreement.ts';
import { fromBase64Url, join, toBase64Url, toHex } from './bytes.ts';
import { envelopeError } from './errors.ts';
import { digest, ownPrimitives, type Random } from './primitives.ts';

/** The keys that have a text form: both halves of a device's, and the public half of the sender's. */
const forms = {
  public: { prefix: 'omega-rpk1-', label: 'pk', called: 'public key' },
  secret: { prefix: 'omega-rsk1-', label: 'sk', called: 'secret key' },
  signing: { prefix: 'omega-rsg1-', label: 'sg', called: "sender's key" },
} as const;
type Kind = keyof typeof forms;

const keyBytes = 32;
const checkBytes = 4;

/** Both halves of a key; the secret one of a signing key is 64 bytes, as tweetnacl has it. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** Makes the pair of keys of one of the owner's devices: on that device. */
export function makeKeyPair(random: Random = ownPrimitives.random): KeyPair {
  const secretKey = random(keyBytes);
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

/** The public half of a device's secret key. */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  return nacl.scalarMult.base(secretKey);
}

/** Eight bytes by which people and reports name a public key, as hex. */
export function fingerprint(publicKey: Uint8Array): string {
  return toHex(digest('fp', 8, publicKey));
}

/** A device's public key as people copy it, with a checksum against what gets lost on the way. */
export function publicKeyText(key: Uint8Array): string {
  return textOf('public', key);
}

/** A device's secret key as its owner keeps it. */
export function secretKeyText(key: Uint8Array): string {
  return textOf('secret', key);
}

/** The public half of what a sender signs with, as its readers compare it. */
export function signingKeyText(key: Uint8Array): string {
  return textOf('signing', key);
}

/** A device's public key. No error repeats any of the text. @throws OmegaError `E_KEY_IS_SECRET`, `E_KEY_CHECKSUM`, `E_KEY_LOW_ORDER` */
export function parsePublicKey(text: string): Uint8Array {
  const key = parse('public', text);
  if (!isLowOrder(key)) return key;
  const why = 'This public key is a point of low order: anyone could open what is sealed to it.';
  throw envelopeError('E_KEY_LOW_ORDER', why);
}

/** A device's secret key. No error repeats any of the text. @throws OmegaError `E_KEY_CHECKSUM` */
export function parseSecretKey(text: string): Uint8Array {
  return parse('secret', text);
}

/** The public half of what a sender signs with. @throws OmegaError `E_KEY_IS_SECRET`, `E_KEY_CHECKSUM` */
export function parseSigningKey(text: string): Uint8Array {
  return parse('signing', text);
}

const makeAnew = 'Let the reader make a new one, or run npm run reports -- keys make on the device that shall read.';
const afterSecret = `Whoever saw it can read every report to it: take it away here. ${makeAnew}`;

function textOf(kind: Kind, key: Uint8Array): string {
  const { prefix, label } = forms[kind];
  return prefix + toBase64Url(join(key, digest(label, checkBytes, key)));
}

function parse(kind: Kind, text: string): Uint8Array {
  const { prefix, called } = forms[kind];
  const trimmed = text.trim();
  if (kind !== 'secret' && isSecret(trimmed)) {
    throw envelopeError('E_KEY_IS_SECRET', `This is a secret key, where a ${called} belongs.`, afterSecret);
  }
  if (isOldForm(trimmed)) throw unusable('This key has an old form, without a checksum.', makeAnew);
  if (!trimmed.startsWith(prefix)) throw unusable(`This is no ${called}: that begins with ${prefix}.`);
  const key = keyOf(kind, trimmed.slice(prefix.length));
  if (key === null) throw unusable(`This ${called} was changed or cut off when it was copied.`);
  if (!isCanonical(kind, key)) throw unusable(`This ${called} is a number in a form that is not its own.`);
  return key;
}

/** Whether a text holds a secret key, also one behind another key's name. */
function isSecret(text: string): boolean {
  return /omega-rsk/i.test(text) || keyOf('secret', text.slice(forms.public.prefix.length)) !== null;
}

/** Bare base64 or hex: every 32 bytes are a key to somebody, and a report sealed to a wrong one is lost. */
function isOldForm(text: string): boolean {
  return /^[\da-f]{64}$/i.test(text) || /^[\w+/-]{43}=?$/.test(text);
}

function keyOf(kind: Kind, text: string): Uint8Array | null {
  const bytes = fromBase64Url(text);
  if (bytes?.length !== keyBytes + checkBytes) return null;
  const key = bytes.slice(0, keyBytes);
  return nacl.verify(digest(forms[kind].label, checkBytes, key), bytes.subarray(keyBytes)) ? key : null;
}

/** Whether the coordinate is below 2^255 - 19, the least byte first; Ed25519 keeps a sign in the highest bit. */
function isCanonical(kind: Kind, key: Uint8Array): boolean {
  if (kind === 'secret') return true;
  const highest = kind === 'signing' ? (key[31] ?? 0) & 0x7f : (key[31] ?? 0);
  if (highest !== 0x7f) return highest < 0x7f;
  return key.subarray(1, 31).some((byte) => byte !== 0xff) || (key[0] ?? 0) < 0xed;
}

function unusable(why: string, hint?: string) {
  return envelopeError('E_KEY_CHECKSUM', why, hint);
}
