import { assert, asyncProperty, integer, uint8Array } from 'fast-check';
import nacl from 'tweetnacl';
import { describe, expect, test } from 'vitest';
import { deviceKey, open, seal, senderOf } from '#holding/report/envelope.ts';
import { mostBody } from '#holding/report/envelope/plaintext.ts';
import { ownPrimitives } from '#holding/report/envelope/primitives.ts';
import { nativeSha512 } from '#holding/report/native-sha512.ts';
import {
  bytesOf,
  fateOf,
  forged,
  forgedMeta,
  meta,
  openAs,
  quickKey,
  report,
  sealFixed,
  secretKey,
  sender,
} from './envelope/sample.ts';

const body = Buffer.from('<h1>All is well</h1>');
/** Tens of thousands of envelopes: ten times what a busy machine needs. */
const patientMs = 300_000;

describe('a sealed report', () => {
  test('is opened by each of its recipients, and says what was sealed', async () => {
    const sealed = seal(report(body, 3));
    for (const n of [0, 1, 2]) {
      const opened = await openAs(n, sealed.bytes);
      expect(Buffer.from(opened.body).toString()).toBe('<h1>All is well</h1>');
      expect(opened.meta).toMatchObject({ ...meta, v: 1 });
      expect(opened.meta.to).toHaveLength(3);
      expect([opened.receipt, opened.sha512]).toEqual([sealed.receipt, sealed.sha512]);
      expect(opened.sender).toEqual(sender);
    }
  });

  test('is opened with an older key of the same device', async () => {
    const { bytes } = seal(report(body));
    const keys = [deviceKey(secretKey(9)), deviceKey(secretKey(0))];
    await expect(open(bytes, { keys, senders: [sender] })).resolves.toMatchObject({ sender });
  });

  test('of any size to any number of keys comes back as it was', { timeout: patientMs }, async () => {
    const sizes = integer({ min: 0, max: 2 ** 20 });
    const starts = uint8Array({ minLength: 1, maxLength: 64 });
    const comesBack = asyncProperty(sizes, integer({ min: 1, max: 16 }), starts, async (size, count, start) => {
      const whole = Uint8Array.from({ length: size }, (_, i) => (start[i % start.length]! + i) % 256);
      const { bytes } = seal(report(whole, count), { sha512: nativeSha512 });
      const keys = [deviceKey(secretKey(count - 1))];
      const opened = await open(bytes, { keys, senders: [sender] }, { sha512: nativeSha512 });
      expect(Buffer.compare(opened.body, whole)).toBe(0);
    });
    await assert(comesBack, { numRuns: 12 });
  });

  test('looks like no other, though it says the same', () => {
    const one = seal(report(body)).bytes;
    const other = seal(report(body)).bytes;
    expect(Buffer.from(one.subarray(10, 98)).equals(other.subarray(10, 98))).toBe(false);
    expect(Buffer.from(one.subarray(98)).equals(other.subarray(98))).toBe(false);
  });

  test('shows nothing of its text, its name or its recipients', () => {
    const sealed = Buffer.from(seal(report(body)).bytes);
    for (const known of ['All is well', meta.name, meta.id, Buffer.from(report(body).recipients[0]!)]) {
      expect(sealed.includes(known)).toBe(false);
    }
  });

  test('gives a body that is no view on anything else', async () => {
    const opened = await openAs(0, seal(report(body)).bytes);
    expect(opened.body.buffer.byteLength).toBe(body.length);
    expect(opened.sender.buffer.byteLength).toBe(32);
  });

  test('is the same with Node’s hash as with tweetnacl’s', () => {
    const secrets = (): ((length: number) => Uint8Array) => (length) => bytesOf(0x42, length);
    const one = seal(report(body), { random: secrets(), sha512: nativeSha512 });
    const other = seal(report(body), { random: secrets(), sha512: ownPrimitives.sha512 });
    expect(Buffer.from(one.bytes).equals(other.bytes)).toBe(true);
  });

  test('has a receipt of eight characters that is of this envelope alone', () => {
    const receipts = [seal(report(body)).receipt, seal(report(body)).receipt];
    expect(receipts[0]).toMatch(/^[A-Z2-7]{8}$/);
    expect(receipts[0]).not.toBe(receipts[1]);
  });
});

describe('sealing refuses', () => {
  test.each([
    ['E_KEY_MISSING', { recipients: [] }],
    ['E_RECIPIENTS', { recipients: report(body, 17).recipients }],
    ['E_KEY_DUPLICATE', { recipients: [...report(body).recipients, ...report(body).recipients] }],
    ['E_KEY_LOW_ORDER', { recipients: [new Uint8Array(32)] }],
    ['E_FORMAT', { body: new Uint8Array(mostBody + 1) }],
    ['E_FORMAT', { meta: { ...meta, seq: 0 } }],
  ])('with %s what no reader would open', (code, changes) => {
    expect(() => seal({ ...report(body), ...changes })).toThrow(expect.objectContaining({ code, permanent: true }));
  });
});

describe('a report that was meddled with is refused', () => {
  test('whichever of its bits is flipped', { timeout: patientMs }, async () => {
    const { bytes } = sealFixed(report(body));
    const key = quickKey(0);
    const opened: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      if ((await fateOf(changed, key)) === 'opened') opened.push(bit);
    }
    expect(await fateOf(bytes, key)).toBe('opened');
    expect(opened).toEqual([]);
  });

  test('wherever it is cut off, and where something is added', { timeout: patientMs }, async () => {
    const { bytes } = sealFixed(report(body));
    const key = quickKey(0);
    const fates = new Set<string>();
    for (let length = 0; length < bytes.length; length += 1) fates.add(await fateOf(bytes.subarray(0, length), key));
    expect(fates).toEqual(new Set(['E_SHORT', 'E_CHUNK']));
    expect(await fateOf(Buffer.concat([bytes, Buffer.from([0])]), key)).toBe('E_CHUNK');
  });

  test('where whole pieces are left out, doubled, or change places', async () => {
    const { bytes } = sealFixed(report(new Uint8Array(150_000)));
    const header = bytes.subarray(0, 98);
    const [first, second, last] = [
      bytes.subarray(98, 65_650),
      bytes.subarray(65_650, 131_202),
      bytes.subarray(131_202),
    ];
    const orders = [
      [first, second],
      [first, last],
      [second, last],
      [second, first, last],
      [first, second, second, last],
    ];
    for (const pieces of orders) expect(await fateOf(Buffer.concat([header, ...pieces]))).toBe('E_CHUNK');
    expect(await fateOf(Buffer.concat([header, first, second, last]))).toBe('opened');
  });

  test.each([
    ['E_SHORT', (bytes: Uint8Array) => bytes.subarray(0, 114)],
    ['E_MAGIC', (bytes: Uint8Array) => changedAt(bytes, 0, 0x6f)],
    ['E_VERSION', (bytes: Uint8Array) => changedAt(bytes, 7, 2)],
    ['E_FLAGS', (bytes: Uint8Array) => changedAt(bytes, 8, 1)],
    ['E_RECIPIENTS', (bytes: Uint8Array) => changedAt(bytes, 9, 0)],
    ['E_RECIPIENTS', (bytes: Uint8Array) => changedAt(bytes, 9, 17)],
    ['E_SHORT', (bytes: Uint8Array) => changedAt(bytes, 9, 16).subarray(0, 42 + 56 * 16 + 16)],
    ['E_NOT_FOR_ME', (bytes: Uint8Array) => changedAt(bytes, 42, bytes[42]! ^ 1)],
    ['E_WRAP', (bytes: Uint8Array) => changedAt(bytes, 50, bytes[50]! ^ 1)],
    ['E_CHUNK', (bytes: Uint8Array) => changedAt(bytes, 98, bytes[98]! ^ 1)],
    ['E_CHUNK', (bytes: Uint8Array) => Buffer.concat([bytes.subarray(0, 98), new Uint8Array(65_552 + 16)])],
  ])('with %s', async (code, change) => {
    expect(await fateOf(change(sealFixed(report(body)).bytes))).toBe(code);
  });

  test('by a reader that none of its keys is of', async () => {
    expect(await fateOf(seal(report(body)).bytes, deviceKey(secretKey(7)))).toBe('E_NOT_FOR_ME');
  });
});

describe('a report that its own recipient or sender could forge is refused', () => {
  test.each(lowOrderPoints())('with a point of low order as the envelope’s key: %s', async (hex) => {
    const asHeader = (header: Buffer): Buffer => {
      Buffer.from(hex, 'hex').copy(header, 10);
      return header;
    };
    expect(await fateOf(forged({ asHeader }))).toBe('E_KEY_LOW_ORDER');
  });

  test('as that of an unknown sender, whatever it says', async () => {
    const { bytes } = seal({ ...report(body), seed: bytesOf(0x78) });
    expect(await fateOf(bytes)).toBe('E_SENDER_UNKNOWN');
    await expect(senderOf(bytes, [deviceKey(secretKey(0))])).resolves.toEqual(
      nacl.sign.keyPair.fromSeed(bytesOf(0x78)).publicKey,
    );
  });

  test('with the second form of a true signature', async () => {
    expect(await fateOf(forged({ asSignature: withOrderAdded }))).toBe('E_SIG');
    await expect(senderOf(forged({ asSignature: withOrderAdded }), [deviceKey(secretKey(0))])).rejects.toMatchObject({
      code: 'E_SIG',
    });
  });

  test('with a signature of the sender’s that was made under another header', async () => {
    const signatures: Buffer[] = [];
    const keep = (signature: Buffer): Buffer => {
      signatures.push(Buffer.from(signature));
      return signature;
    };
    forged({ asSignature: keep });
    const taken = forged({ ephemeral: bytesOf(0x56), asSignature: () => signatures[0]! });
    expect(await fateOf(taken)).toBe('E_SIG');
  });

  test.each([
    [
      'E_PAD',
      'something in the padding',
      (plaintext: Buffer) => Buffer.from(changedAt(plaintext, plaintext.length - 1, 1)),
    ],
    ['E_PAD', 'more padding than there can be', (plaintext: Buffer) => Buffer.concat([plaintext, Buffer.alloc(64)])],
    ['E_PAD', 'less padding than there must be', (plaintext: Buffer) => plaintext.subarray(0, 4095)],
    ['E_FORMAT', 'a plaintext of 107 bytes', (plaintext: Buffer) => plaintext.subarray(0, 107)],
    ['E_FORMAT', 'a meta that ends behind the end', (plaintext: Buffer) => Buffer.from(changedAt(plaintext, 96, 0xff))],
    ['E_FORMAT', 'a body that ends behind the end', (plaintext: Buffer) => withBodyLength(plaintext, 4096n)],
    ['E_FORMAT', 'a body of 2^53 bytes', (plaintext: Buffer) => withBodyLength(plaintext, 2n ** 53n)],
    ['E_FORMAT', 'a body of 2^64 - 1 bytes', (plaintext: Buffer) => withBodyLength(plaintext, 2n ** 64n - 1n)],
  ])('with %s: %s', async (code, _what, asPlaintext) => {
    expect(await fateOf(forged({ asPlaintext }))).toBe(code);
  });

  test('with a body of more than 16 MiB', async () => {
    expect(await fateOf(forged({ body: Buffer.alloc(mostBody + 1) }))).toBe('E_FORMAT');
  });

  test('with a meta that no reader understands, and never before its signature holds', async () => {
    const other = Buffer.from('{"v":2}');
    expect(await fateOf(forged({ meta: other }))).toBe('E_FORMAT');
    expect(await fateOf(forged({ meta: other, asSignature: () => Buffer.alloc(64) }))).toBe('E_SIG');
    expect(await fateOf(forgedMeta({}))).toBe('opened');
  });
});

function changedAt(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at] = value;
  return changed;
}

function withBodyLength(plaintext: Buffer, length: bigint): Buffer {
  const changed = Buffer.from(plaintext);
  changed.writeBigUInt64BE(length, 100 + plaintext.readUInt32BE(96));
  return changed;
}

/** S + L, which passes wherever S is not compared with L. */
function withOrderAdded(signature: Buffer): Buffer {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const scalar = BigInt(`0x${Buffer.from(signature.subarray(32).toReversed()).toString('hex')}`) + order;
  const hex = scalar.toString(16).padStart(64, '0');
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(hex, 'hex').toReversed()]);
}

/** All of X25519's, those above 2^255 - 20 included. */
function lowOrderPoints(): string[] {
  return [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ];
}
