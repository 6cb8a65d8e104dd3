import { assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { paddedLength, padme } from '#holding/report/envelope/padme.ts';
import * as reference from './sodium-orp1.ts';

test('a length is padded as its definition says, by 12% at the most', () => {
  assert(
    property(integer({ min: 1, max: 2 ** 31 - 1 }), (length) => {
      expect(padme(length)).toBe(reference.padme(length));
      expect(padme(length)).toBeLessThanOrEqual(length * 1.12 + 1);
      expect(padme(padme(length))).toBe(padme(length));
    }),
  );
});

test('short reports all have one length', () => {
  expect([0, 108, 4096].map(paddedLength)).toEqual([4096, 4096, 4096]);
  expect(paddedLength(4097)).toBe(4352);
});
