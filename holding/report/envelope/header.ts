import nacl from 'tweetnacl';
import { sharedSecret, type DeviceKey } from './agreement.ts';
import { join, utf8 } from './bytes.ts';
import { envelopeError } from './errors.ts';
import { digest } from './primitives.ts';

/** The most recipients an envelope has. */
export const mostRecipients = 16;

const magic = utf8('OMEGARP');
const version = 1;
const fixedBytes = 42;
const slotBytes = 56;
const ridBytes = 8;
/** A chunk holds a byte at the least, and its 16 of authentication. */
const leastPayload = 17;

/** Makes the header: the content key, wrapped for each recipient by an ephemeral key that is used this once. */
export function writeHeader(
  recipients: readonly Uint8Array[],
  ephemeral: Uint8Array,
  contentKey: Uint8Array,
): Uint8Array {
  const epk = nacl.scalarMult.base(ephemeral);
  const slots = recipients.map((recipient, i) => {
    const shared = sharedSecret(nacl.scalarMult(ephemeral, recipient));
    return join(ridOf(shared, epk, recipient), nacl.box.after(contentKey, wrapNonce(i), shared));
  });
  return join(magic, Uint8Array.of(version, 0, recipients.length), epk, ...slots);
}

/** The header's bytes, after all checks that need no key. @throws OmegaError by the envelope's codes */
export function headerOf(envelope: Uint8Array): Uint8Array {
  const least = fixedBytes + slotBytes + leastPayload;
  if (envelope.length < least) throw short(envelope, least);
  if (!magic.every((byte, i) => envelope[i] === byte)) {
    throw envelopeError('E_MAGIC', 'This is no sealed report: it does not begin with OMEGARP.');
  }
  if (envelope[7] !== version)
    throw envelopeError('E_VERSION', `This envelope has version ${envelope[7]}, not ${version}.`);
  if (envelope[8] !== 0)
    throw envelopeError('E_FLAGS', `This envelope has flags (${envelope[8]}), which version 1 has not.`);
  const count = envelope[9] ?? 0;
  if (count < 1 || count > mostRecipients) {
    throw envelopeError('E_RECIPIENTS', `This envelope names ${count} recipients; it may have 1 to ${mostRecipients}.`);
  }
  const length = fixedBytes + slotBytes * count;
  if (envelope.length < length + leastPayload) throw short(envelope, length + leastPayload);
  return envelope.subarray(0, length);
}

/** The content key, by the first of these keys that the header has a slot for. @throws OmegaError `E_KEY_LOW_ORDER`, `E_NOT_FOR_ME`, `E_WRAP` */
export async function unwrap(header: Uint8Array, keys: readonly DeviceKey[]): Promise<Uint8Array> {
  const epk = header.slice(10, fixedBytes);
  for (const key of keys) {
    const shared = sharedSecret(await key.pointWith(epk));
    const i = slotOf(header, ridOf(shared, epk, key.publicKey));
    if (i !== -1) return unwrapSlot(header, i, shared);
  }
  throw envelopeError('E_NOT_FOR_ME', 'This report is sealed for other keys than those of this device.');
}

function ridOf(shared: Uint8Array, epk: Uint8Array, recipient: Uint8Array): Uint8Array {
  return digest('rid', ridBytes, shared, epk, recipient);
}

function slotOf(header: Uint8Array, rid: Uint8Array): number {
  for (let at = fixedBytes; at < header.length; at += slotBytes) {
    if (nacl.verify(header.subarray(at, at + ridBytes), rid)) return (at - fixedBytes) / slotBytes;
  }
  return -1;
}

function unwrapSlot(header: Uint8Array, i: number, shared: Uint8Array): Uint8Array {
  const at = fixedBytes + i * slotBytes;
  const contentKey = nacl.box.open.after(header.subarray(at + ridBytes, at + slotBytes), wrapNonce(i), shared);
  if (contentKey !== null) return contentKey;
  throw envelopeError('E_WRAP', 'The key to this report, which is wrapped for this device, was changed on its way.');
}

function wrapNonce(i: number): Uint8Array {
  return join(utf8('omega-report/1 wrap'), Uint8Array.of(0, 0, 0, 0, i));
}

function short(envelope: Uint8Array, least: number) {
  return envelopeError('E_SHORT', `This file ends too soon: it has ${envelope.length} bytes of at least ${least}.`);
}
