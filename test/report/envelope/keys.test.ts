import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fingerprint,
  makeKeyPair,
  parsePublicKey,
  parseSecretKey,
  parseSigningKey,
  publicKeyText,
  secretKeyText,
  signingKeyText,
} from '#holding/report/envelope.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { parseRecipients } from '#holding/report/envelope/recipients.ts';
import { report, secretKey, sender } from './sample.ts';

const secretText = secretKeyText(secretKey(0));
const texts = report(new Uint8Array(), 17).recipients.map(publicKeyText);
const publicText = texts[0]!;

describe('the text of a key', () => {
  test('is 59 characters, and comes back as the key', () => {
    const secrets = uint8Array({ minLength: 32, maxLength: 32 });
    assert(
      property(secrets, (secret) => {
        const pair = makeKeyPair(() => secret);
        expect(publicKeyText(pair.publicKey)).toMatch(/^omega-rpk1-[\w-]{48}$/);
        expect(parsePublicKey(` ${publicKeyText(pair.publicKey)}\n`)).toEqual(pair.publicKey);
        expect(parseSecretKey(secretKeyText(secret))).toEqual(secret);
      }),
      { numRuns: 20 },
    );
    expect(parseSigningKey(signingKeyText(sender))).toEqual(sender);
  });

  test('is refused wherever a character of it is another, missing or too many', () => {
    for (let at = 0; at < publicText.length; at += 1) {
      const other = publicText[at] === 'A' ? 'B' : 'A';
      const [before, after] = [publicText.slice(0, at), publicText.slice(at + 1)];
      for (const text of [before + other + after, before + after, `${before}A${publicText.slice(at)}`]) {
        expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code: 'E_KEY_CHECKSUM' }));
      }
    }
  });

  test.each([
    ['a secret key', secretText],
    ['a secret key in capitals', secretText.toUpperCase()],
    ['a secret key behind the name of a public one', secretText.replace('rsk1', 'rpk1')],
    ['both, with a blank between', `${publicText} ${secretText}`],
  ])('is refused, and not repeated, where it is that of %s', (_what, text) => {
    const error = thrownBy(() => parsePublicKey(text));
    expect(error).toMatchObject({ code: 'E_KEY_IS_SECRET' });
    expect(`${messageOf(error)} ${String(error.hint)}`).not.toContain(secretText.slice(11));
  });

  test.each([
    ['hex', Buffer.from(secretKey(0)).toString('hex')],
    ['base64', Buffer.from(secretKey(0)).toString('base64')],
    ['base64url', Buffer.from(secretKey(0)).toString('base64url')],
  ])('tells how to make a new one where it is bare %s, and does not repeat it', (_form, text) => {
    const error = thrownBy(() => parsePublicKey(text));
    expect(error).toMatchObject({ code: 'E_KEY_CHECKSUM', hint: expect.stringContaining('reports -- keys make') });
    expect(messageOf(error)).not.toContain(text.slice(0, 12));
  });

  test.each([0, 1])('of a point of low order is refused: %s', (u) => {
    const point = new Uint8Array(32);
    point[0] = u;
    const text = publicKeyText(point);
    expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code: 'E_KEY_LOW_ORDER' }));
  });

  test.each(['edff7f', 'eeff7f', 'ffff7f', '10ff80', '0900ff'])(
    'is refused where a coordinate has another form: %s',
    (hex) => {
      const [first = 0, middle = 0, last = 0] = Buffer.from(hex, 'hex');
      const point = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? first : i === 31 ? last : middle));
      const text = publicKeyText(point);
      expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code: 'E_KEY_CHECKSUM' }));
    },
  );

  test('of one kind is none of another', () => {
    expect(() => parseSecretKey(publicText)).toThrow(expect.objectContaining({ code: 'E_KEY_CHECKSUM' }));
    expect(() => parseSigningKey(publicText)).toThrow(expect.objectContaining({ code: 'E_KEY_CHECKSUM' }));
    expect(() => parseSigningKey(secretText)).toThrow(expect.objectContaining({ code: 'E_KEY_IS_SECRET' }));
    expect(() => parsePublicKey(signingKeyText(sender))).toThrow(expect.objectContaining({ code: 'E_KEY_CHECKSUM' }));
  });

  test('goes with a fingerprint of sixteen digits', () => {
    expect(fingerprint(parsePublicKey(publicText))).toMatch(/^[\da-f]{16}$/);
  });
});

describe('the list of keys to seal for', () => {
  test('may hold one to sixteen, with blanks round the commas', () => {
    expect(parseRecipients(publicText)).toHaveLength(1);
    expect(parseRecipients(` ${texts.slice(0, 16).join(' , ')} `)).toEqual(report(new Uint8Array(), 16).recipients);
  });

  test.each([
    ['E_RECIPIENTS', texts.join(',')],
    ['E_KEY_DUPLICATE', `${publicText},${publicText}`],
    ['E_KEY_CHECKSUM', `${publicText},`],
    ['E_KEY_CHECKSUM', 'a key'],
    ['E_KEY_IS_SECRET', `${publicText},${secretText}`],
  ])('ends with %s and exit code 2', (code, list) => {
    expect(() => parseRecipients(list)).toThrow(expect.objectContaining({ code, exitCode: 2, permanent: true }));
  });

  test('names all faults at once, by their place, and none by its text', () => {
    const low = publicKeyText(new Uint8Array(32));
    const error = thrownBy(() => parseRecipients([publicText, 'nonsense', secretText, low, publicText].join(',')));
    const message = messageOf(error);
    expect(error.code).toBe('E_KEY_IS_SECRET');
    expect(message).toContain('E_KEY_CHECKSUM: key 2 of 5');
    expect(message).toContain('E_KEY_IS_SECRET: key 3 of 5');
    expect(message).toContain('E_KEY_LOW_ORDER: key 4 of 5');
    expect(message).toContain('E_KEY_DUPLICATE: Keys 1 and 5');
    for (const text of ['nonsense', secretText.slice(11), publicText]) expect(message).not.toContain(text);
  });
});

function thrownBy(action: () => unknown): OmegaError {
  try {
    action();
  } catch (error) {
    if (error instanceof OmegaError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}
