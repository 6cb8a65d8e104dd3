import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { readEnv } from '#lib/env.ts';
import { dataPaths } from '#lib/paths.ts';

/** A data folder with too long a path for sockets, and the folder where they go instead, not made yet. */
function longPath(): { dataDir: string; sockets: string } {
  const dataDir = join(tmpdir(), `omega-${crypto.randomUUID()}`.padEnd(100, 'x'));
  const { sockets } = dataPaths({ dataDir });
  onTestFinished(() => rmSync(sockets, { recursive: true, force: true }));
  return { dataDir, sockets };
}

const refusal = expect.objectContaining({ code: 'E_SOCKET_DIR', exitCode: 2 });

test('sockets of a long data path lie in one and the same folder, whatever the shell says', () => {
  const { dataDir, sockets } = longPath();
  const inSession = readEnv({ OMEGA_DATA_DIR: dataDir, XDG_RUNTIME_DIR: '/run/user/1000', TMPDIR: '/var/tmp' }, '/no');
  const underCron = readEnv({ OMEGA_DATA_DIR: dataDir }, '/no');
  expect([dataPaths(inSession).sockets, dataPaths(underCron).sockets]).toEqual([sockets, sockets]);
  expect(Buffer.byteLength(dataPaths(underCron).controlSocket)).toBeLessThanOrEqual(100);
});

test('a folder for sockets that others may enter is refused, whoever asks', () => {
  const { dataDir, sockets } = longPath();
  mkdirSync(sockets);
  chmodSync(sockets, 0o777);
  expect(() => dataPaths({ dataDir })).toThrow(refusal);
  chmodSync(sockets, 0o700);
  expect(dataPaths({ dataDir }).sockets).toBe(sockets);
});

test('a link in the place of the folder for sockets is refused', () => {
  const { dataDir, sockets } = longPath();
  symlinkSync(tmpdir(), sockets);
  expect(() => dataPaths({ dataDir })).toThrow(refusal);
});

test.skipIf(process.getuid?.() !== 0)('a folder for sockets of another user is refused, even to root', () => {
  const { dataDir, sockets } = longPath();
  mkdirSync(sockets, { mode: 0o700 });
  chownSync(sockets, 65_534, 65_534);
  expect(() => dataPaths({ dataDir })).toThrow(refusal);
});
