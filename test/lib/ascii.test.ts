import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { inAscii } from '#lib/ascii.ts';

const value = (script: string): unknown => runInNewContext(`(() => {${script}})()`);

test('a script does the same in ASCII, also with characters of two units', () => {
  const script = 'const grüße = "één €, 🜁"; return `${grüße} ${/^[é🜁]{2}$/u.test("é🜁")}`;';
  expect(inAscii(script)).toMatch(/^[\0-\x7f]*$/);
  expect(value(inAscii(script))).toBe('één €, 🜁 true');
  expect(value(inAscii(script))).toBe(value(script));
});

test('what an escape would change is refused: the raw text of a template', () => {
  expect(() => inAscii('String.raw`a – b`')).toThrow('String.raw`a –');
  expect(() => inAscii('String.raw`${x} –`')).toThrow('Cannot be escaped');
});

test('what a raw template takes in may be escaped, and so may what stands behind it', () => {
  const script = "return String.raw`[${'-−'}]` + '–'";
  expect(value(inAscii(script))).toBe('[-−]–');
});
