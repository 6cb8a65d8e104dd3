import { describe, expect, test } from 'vitest';
import { readMeta } from '#holding/report/envelope/meta.ts';
import { meta } from './sample.ts';

const whole = { ...meta, v: 1, to: ['0123456789abcdef'] };
const refused = expect.objectContaining({ code: 'E_FORMAT' });

describe('what is said of a report', () => {
  test('is read, and what is not known of it left out', () => {
    expect(read({ ...whole, mood: 'good' })).toEqual(whole);
  });

  test('may name a part', () => {
    const part = { i: 2, n: 3, sha512: 'a'.repeat(128) };
    expect(read({ ...whole, part }).part).toEqual(part);
  });

  test.each([
    ['../../etc/passwd', 'passwd'],
    [String.raw`C:\Users\me\report.html`, 'report.html'],
    ['report\u202Elmth.exe', 'reportlmth.exe'],
    ['a\nb\u0000.html', 'ab.html'],
    ['..', 'report'],
    ['folder/', 'report'],
  ])('gives of the name %j only %j', (name, used) => {
    expect(read({ ...whole, name }).name).toBe(used);
  });

  test.each([
    { v: 2 },
    { v: '1' },
    { seq: 0 },
    { seq: 1.5 },
    { seq: 2 ** 53 },
    { seq: '1' },
    { epoch: -1 },
    { epoch: null },
    { id: '01932f5a-7e00-4000-8000-000000000001' },
    { prev: 'A'.repeat(64) },
    { prev: '0'.repeat(63) },
    { created: '2026-03-03T06:00:00+01:00' },
    { nextBy: '2026-13-03T06:00:00Z' },
    { name: '' },
    { kind: 1 },
    { to: 'all' },
    { to: ['x'] },
    { part: null },
    { part: { i: 4, n: 3, sha512: 'a'.repeat(128) } },
    { part: { i: 1, n: 1e9, sha512: 'a'.repeat(128) } },
  ])('is refused with %j', (changes) => {
    expect(() => read({ ...whole, ...changes })).toThrow(refused);
  });

  test.each([
    ['no JSON', Buffer.from('{')],
    ['nothing', Buffer.from('')],
    ['a list', Buffer.from('[]')],
    ['null', Buffer.from('null')],
    ['a byte order mark', Buffer.from(`\uFEFF${JSON.stringify(whole)}`)],
    ['no UTF-8', Buffer.from(JSON.stringify({ ...whole, kind: 'é' }), 'latin1')],
  ])('is refused where it is %s', (_what, bytes) => {
    expect(() => readMeta(bytes)).toThrow(refused);
  });
});

function read(value: unknown) {
  return readMeta(Buffer.from(JSON.stringify(value)));
}
