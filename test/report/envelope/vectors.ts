import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nacl from 'tweetnacl';
import { fingerprint, publicKeyText, secretKeyText, signingKeyText } from '#holding/report/envelope.ts';
import { padme } from '#holding/report/envelope/padme.ts';
import { contentKey, ephemeral, meta, report, sealFixed, secretKey, seed, sender } from './sample.ts';

/** Where the vectors stand that other implementations can check themselves against. */
export const vectorsFile = join(import.meta.dirname, 'vectors', 'orp1.json');

/** Bodies that end in each part of a chunk; byte i is i mod 251. */
const bodies = [
  { name: 'a short report', length: 20, count: 1 },
  { name: 'an empty one', length: 0, count: 2 },
  { name: 'two pieces', length: 70_000, count: 3 },
  { name: 'sixteen recipients', length: 5000, count: 16 },
];

/** All of them, from secrets that are written down beside them. */
export function vectors() {
  const publicKey = nacl.scalarMult.base(secretKey(0));
  return {
    about:
      'ORP1, see docs/report-envelope.md. All bytes in hex; byte i of a body is i mod 251; recipient n has the secret key 32 × (0x10 + n).',
    keys: {
      secretKey: hex(secretKey(0)),
      publicKey: hex(publicKey),
      secretKeyText: secretKeyText(secretKey(0)),
      publicKeyText: publicKeyText(publicKey),
      fingerprint: fingerprint(publicKey),
      signingSeed: hex(seed),
      signingPublicKey: hex(sender),
      signingKeyText: signingKeyText(sender),
    },
    padme: [1, 2, 3, 9, 100, 4096, 4097, 65_536, 100_000, 1_000_000, 16_777_216].map((length) => [
      length,
      padme(length),
    ]),
    ephemeralSecretKey: hex(ephemeral),
    contentKey: hex(contentKey),
    meta,
    envelopes: bodies.map(envelopeOf),
  };
}

function envelopeOf({ name, length, count }: (typeof bodies)[number]) {
  const { bytes, sha512, receipt } = sealFixed(report(bodyOf(length), count));
  const shown = count === 1 ? { envelope: hex(bytes) } : { header: hex(bytes.subarray(0, 42 + 56 * count)) };
  return { name, bodyLength: length, recipients: count, length: bytes.length, sha512, receipt, ...shown };
}

/** A body of that length. */
export function bodyOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

// `node test/report/envelope/vectors.ts` writes them anew; only a change of the format may ever ask for it.
if (import.meta.main) writeFileSync(vectorsFile, `${JSON.stringify(vectors(), null, 2)}\n`);
