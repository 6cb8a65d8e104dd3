import { expect, test } from 'vitest';
import { joinParts, splitParts, type Piece } from '#holding/report/envelope/parts.ts';
import { mostBody } from '#holding/report/envelope/plaintext.ts';
import { nativeSha512 } from '#holding/report/native-sha512.ts';

const whole = new Uint8Array(2 * mostBody + 5).map((_, i) => i % 253);
const pieces = splitParts(whole, nativeSha512).map(withPart);

test('a report that fits into one envelope is no part', () => {
  const fits = new Uint8Array(mostBody);
  expect(splitParts(fits)).toHaveLength(1);
  expect(splitParts(fits)[0]?.body).toBe(fits);
});

test('a larger one goes in parts, and comes together in any order, doubles taken out', () => {
  expect(pieces.map(({ part, body }) => [part.i, part.n, body.length])).toEqual([
    [1, 3, mostBody],
    [2, 3, mostBody],
    [3, 3, 5],
  ]);
  const joined = joinParts([...pieces.toReversed(), ...pieces], nativeSha512);
  expect('whole' in joined && Buffer.compare(joined.whole, whole)).toBe(0);
});

test('until all parts are there, the missing ones are named', () => {
  expect(joinParts(pieces.slice(1, 2), nativeSha512)).toEqual({ missing: [1, 3] });
});

test('parts of different reports, none at all, or changed ones are refused', () => {
  const [first, second, third] = pieces;
  const other = { ...second!, part: { ...second!.part, sha512: 'f'.repeat(128) } };
  const changed = { ...third!, body: new Uint8Array(5) };
  for (const wrong of [[], [first!, other, third!], [first!, second!, changed]]) {
    expect(() => joinParts(wrong, nativeSha512)).toThrow(expect.objectContaining({ code: 'E_FORMAT' }));
  }
});

function withPart({ part, body }: Piece) {
  if (part === undefined) throw new Error('It has no part');
  return { part, body };
}
