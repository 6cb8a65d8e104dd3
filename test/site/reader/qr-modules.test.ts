import { assert, property, string } from 'fast-check';
import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { makeKeyPair, publicKeyText } from '#holding/report/envelope.ts';
import { qrModules } from '#site/reader/qr-modules.ts';

/** What a library that makes every size draws, of that size. */
function drawnByLibrary(text: string): readonly (readonly boolean[])[] {
  const { data, version } = encode(text, { ecc: 'L', minVersion: 4, maskPattern: 0, border: 0, boostEcc: false });
  expect(version).toBe(4);
  return data;
}

test('a public key as a QR code is what a library makes of it, module by module', () => {
  for (let round = 0; round < 10; round += 1) {
    const text = publicKeyText(makeKeyPair().publicKey);
    expect(qrModules(text)).toEqual(drawnByLibrary(text));
  }
});

test('so is every text of as many bytes as fit', () => {
  // Digits and capitals alone a library packs tighter; the first letter keeps it from that.
  const texts = string({ maxLength: 77 }).map((text) => `a${text}`);
  assert(
    property(texts, (text) => {
      expect(qrModules(text)).toEqual(drawnByLibrary(text));
    }),
    { numRuns: 50 },
  );
});

test('a text that is too long is refused, not cut off', () => {
  expect(() => qrModules('x'.repeat(79))).toThrow(RangeError);
});
