import { expect, test } from 'vitest';
import { makeKeyPair, publicKeyText, secretKeyText } from '#holding/report/envelope.ts';
import { reportKeys } from '#holding/report/outbox/report-keys.ts';

test('keys are read, and none given is no fault', () => {
  const { publicKey } = makeKeyPair();
  expect(reportKeys(publicKeyText(publicKey))).toEqual({ recipients: [publicKey], fault: null });
  expect(reportKeys(undefined)).toEqual({ recipients: [], fault: null });
});

test('a secret key by mistake is a fault that does not repeat it', () => {
  const secret = secretKeyText(makeKeyPair().secretKey);
  const { recipients, fault } = reportKeys(secret);
  expect(recipients).toEqual([]);
  expect(fault).toContain('secret key');
  expect(fault).not.toContain(secret.slice(12, 30));
});
