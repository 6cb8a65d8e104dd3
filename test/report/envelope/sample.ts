import nacl from 'tweetnacl';
import {
  deviceKey,
  open,
  seal,
  type DeviceKey,
  type Opened,
  type Sealed,
  type ToSeal,
} from '#holding/report/envelope.ts';
import { envelopeCodeOf, type EnvelopeCode } from '#holding/report/envelope/errors.ts';
import type { MetaToSeal } from '#holding/report/envelope/meta.ts';
import { sodiumSeal, type Making } from './sodium-orp1.ts';

/** So many bytes of one value: keys that nobody else has. */
export function bytesOf(value: number, length = 32): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** A secret key by its number. */
export function secretKey(n: number): Uint8Array {
  return bytesOf(0x10 + n);
}

export const seed = bytesOf(0x77);
export const sender = nacl.sign.keyPair.fromSeed(seed).publicKey;
export const ephemeral = bytesOf(0x55);
export const contentKey = bytesOf(0x66);

export const meta: MetaToSeal = {
  id: '01932f5a-7e00-7000-8000-000000000001',
  epoch: 1,
  seq: 1,
  prev: '0'.repeat(64),
  created: '2026-03-03T06:00:00Z',
  nextBy: '2026-03-04T08:00:00Z',
  kind: 'trend',
  name: 'trend-marketing-2026-03-03.html',
  type: 'text/html',
};

/** A report to so many keys. */
export function report(body: Uint8Array, count = 1): ToSeal {
  const recipients = Array.from({ length: count }, (_, n) => nacl.scalarMult.base(secretKey(n)));
  return { recipients, seed, meta, body };
}

/** Sealed with the same secrets each time, in the order in which they are asked for. */
export function sealFixed(toSeal: ToSeal): Sealed {
  const secrets = [ephemeral.slice(), contentKey.slice()];
  return seal(toSeal, { random: () => secrets.shift()! });
}

/** A key that remembers the last point it was asked for, so that thousands of envelopes can be tried. */
export function quickKey(n: number): DeviceKey {
  const slow = deviceKey(secretKey(n));
  let last = { asked: '', point: new Uint8Array() as Uint8Array };
  return {
    publicKey: slow.publicKey,
    pointWith: async (publicKey) => {
      const asked = Buffer.from(publicKey).toString('hex');
      if (last.asked !== asked) last = { asked, point: await slow.pointWith(publicKey) };
      return last.point;
    },
  };
}

/** Opens with the key of that number, for the sender of all samples. */
export function openAs(n: number, envelope: Uint8Array): Promise<Opened> {
  return open(envelope, { keys: [deviceKey(secretKey(n))], senders: [sender] });
}

/** The code by which an envelope is refused; `opened` where it is not. */
export async function fateOf(envelope: Uint8Array, key = deviceKey(secretKey(0))): Promise<EnvelopeCode | 'opened'> {
  try {
    await open(envelope, { keys: [key], senders: [sender] });
    return 'opened';
  } catch (error) {
    const code = envelopeCodeOf(error);
    if (code === undefined) throw error;
    return code;
  }
}

/** An envelope to the first key, forged by whoever holds the sender's own key. */
export function forged(changes: Partial<Making>): Uint8Array {
  const { recipients } = report(new Uint8Array());
  const whole = { ...meta, v: 1, to: ['0123456789abcdef'] };
  return sodiumSeal({
    recipients,
    seed,
    ephemeral,
    contentKey,
    meta: Buffer.from(JSON.stringify(whole)),
    body: Buffer.from('A report'),
    ...changes,
  });
}

/** The same with other things said of the report. */
export function forgedMeta(changes: Readonly<Record<string, unknown>>): Uint8Array {
  const whole = { ...meta, v: 1, to: ['0123456789abcdef'], ...changes };
  return forged({ meta: Buffer.from(JSON.stringify(whole)) });
}
