import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fingerprint } from '#holding/report/envelope.ts';
import { contentKey, ephemeral, meta, openAs, report, seed } from './sample.ts';
import { sodiumSeal } from './sodium-orp1.ts';
import { bodyOf, vectors, vectorsFile } from './vectors.ts';

const kept = JSON.parse(readFileSync(vectorsFile, 'utf8')) as ReturnType<typeof vectors>;

test('the same secrets give the same bytes as ever', () => {
  expect(JSON.parse(JSON.stringify(vectors()))).toEqual(kept);
});

test.each(kept.envelopes)(
  'an independent libsodium seals the same bytes: $name',
  ({ bodyLength, recipients, sha512 }) => {
    const to = report(new Uint8Array(), recipients).recipients;
    const whole = { v: 1, ...meta, to: to.map(fingerprint) };
    const bytes = sodiumSeal({
      recipients: to,
      seed,
      ephemeral,
      contentKey,
      meta: Buffer.from(JSON.stringify(whole)),
      body: bodyOf(bodyLength),
    });
    expect(hash('sha512', bytes)).toBe(sha512);
  },
);

test('the envelope that is written out opens', async () => {
  const [short] = kept.envelopes;
  const opened = await openAs(0, Buffer.from(short?.envelope ?? '', 'hex'));
  expect(opened).toMatchObject({ sha512: short?.sha512, receipt: short?.receipt });
  expect(Buffer.from(opened.body)).toEqual(Buffer.from(bodyOf(20)));
});
