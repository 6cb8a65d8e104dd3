import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { access } from 'node:fs/promises';
import nacl from 'tweetnacl';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { deviceKey, makeKeyPair, open, seal } from './envelope.ts';
import { noPrev, type MetaToSeal } from './envelope/meta.ts';
import { ensureSigningKey } from './outbox/signing-key.ts';

/**
 * Seals a probe for a key that is thrown away, and opens it: signed as reports are, where they were ever signed.
 * Resolves to the milliseconds that took. @throws OmegaError as `seal` and `open`, `E_SIGNING_KEY`, `E_SEAL_PROBE`.
 */
export async function sealProbe(signingKey: string): Promise<number> {
  const seed = await seedOf(signingKey);
  const body = new Uint8Array(randomBytes(1024));
  const { publicKey, secretKey } = makeKeyPair();
  const began = performance.now();
  const { bytes, receipt } = seal({ recipients: [publicKey], seed, meta: metaOf(Date.now()), body });
  const senders = [nacl.sign.keyPair.fromSeed(seed).publicKey];
  const opened = await open(bytes, { keys: [deviceKey(secretKey)], senders });
  const tookMs = performance.now() - began;
  secretKey.fill(0);
  if (Buffer.compare(opened.body, body) === 0 && opened.receipt === receipt) return tookMs;
  throw new OmegaError('What came out of the envelope is not what went in.', {
    code: 'E_SEAL_PROBE',
    hint: 'npm run reports -- verify',
  });
}

/** Where nothing was ever sealed there is no key yet, and none is made for a probe. */
async function seedOf(signingKey: string): Promise<Uint8Array> {
  try {
    await access(signingKey);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return new Uint8Array(randomBytes(32));
    throw error;
  }
  return (await ensureSigningKey(signingKey)).seed;
}

function metaOf(now: number): MetaToSeal {
  const created = new Date(now).toISOString();
  const said = { kind: 'probe', name: 'probe.bin', type: 'application/octet-stream' };
  return { id: randomUUIDv7(), epoch: 1, seq: 1, prev: noPrev, created, nextBy: created, ...said };
}
