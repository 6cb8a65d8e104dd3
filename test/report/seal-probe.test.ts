import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sealProbe } from '#holding/report/seal-probe.ts';
import { ensureSigningKey } from '#holding/report/outbox/signing-key.ts';

function keyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'omega-seal-probe-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'report-signing.key');
}

test('a probe is sealed and opened, and makes no key where none was needed yet', async () => {
  const path = keyFile();
  expect(await sealProbe(path)).toBeGreaterThan(0);
  await ensureSigningKey(path);
  expect(await sealProbe(path)).toBeGreaterThan(0);
});

test('a signing key that is damaged is told, and nothing of it', async () => {
  const path = keyFile();
  writeFileSync(path, 'abcdef0123');
  await expect(sealProbe(path)).rejects.toMatchObject({ code: 'E_SIGNING_KEY' });
  await expect(sealProbe(path)).rejects.not.toThrow('abcdef0123');
});
