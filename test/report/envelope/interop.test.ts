import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fingerprint, seal } from '#holding/report/envelope.ts';
import { contentKey, ephemeral, meta, openAs, report, sealFixed, secretKey, seed, sender } from './sample.ts';
import { sodiumOpen, sodiumSeal } from './sodium-orp1.ts';
import { bodyOf } from './vectors.ts';

const body = bodyOf(70_000);
/** Debian's own: another python3 on the path may lack its packages. */
const python = '/usr/bin/python3';
const hasPyNaCl = spawnSync(python, ['-c', 'import nacl.bindings']).status === 0;

describe('an independent libsodium', () => {
  test('opens what Omega sealed', () => {
    const { bytes } = seal(report(body, 2));
    const opened = sodiumOpen(bytes, secretKey(1));
    expect(opened.body.equals(body)).toBe(true);
    expect(opened.sender.equals(sender)).toBe(true);
    expect(JSON.parse(opened.meta.toString())).toMatchObject({ v: 1, id: meta.id });
  });

  test('seals what Omega opens, and to the same bytes', async () => {
    const sealed = sodiumSeal(making());
    expect(Buffer.from(sealFixed(report(body, 2)).bytes).equals(sealed)).toBe(true);
    const opened = await openAs(1, sealed);
    expect(Buffer.from(opened.body).equals(body)).toBe(true);
  });
});

describe.skipIf(!hasPyNaCl)(`PyNaCl of ${python} (python3-nacl)`, () => {
  test('opens what Omega sealed', { timeout: 60_000 }, () => {
    const { bytes } = seal(report(body, 2));
    const opened = asked({ do: 'open', envelope: hex(bytes), secretKey: hex(secretKey(1)) });
    expect(opened['body']).toBe(hex(body));
    expect(JSON.parse(Buffer.from(opened['meta'] ?? '', 'hex').toString())).toMatchObject({ v: 1, id: meta.id });
  });

  test('seals what Omega opens, and to the same bytes', { timeout: 60_000 }, async () => {
    const { recipients, ...rest } = making();
    const parts = Object.fromEntries(Object.entries(rest).map(([name, bytes]) => [name, hex(bytes)]));
    const { envelope = '' } = asked({ do: 'seal', recipients: recipients.map(hex), ...parts });
    expect(envelope).toBe(hex(sealFixed(report(body, 2)).bytes));
    const opened = await openAs(0, Buffer.from(envelope, 'hex'));
    expect(Buffer.from(opened.body).equals(body)).toBe(true);
  });
});

function making() {
  const { recipients } = report(body, 2);
  const whole = { v: 1, ...meta, to: recipients.map(fingerprint) };
  return { recipients, seed, ephemeral, contentKey, meta: Buffer.from(JSON.stringify(whole)), body };
}

function asked(question: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const input = JSON.stringify(question);
  const { stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'orp1.py')], { input, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
