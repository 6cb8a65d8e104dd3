import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { settingsFor } from '../support/ops.ts';
import { cloneInto, runProgram, temporaryFolder } from '../support/outsider.ts';

test('a .env that gets faults while Omega runs keeps no child from coming back, and does not stand in the way of stop', async () => {
  using folder = temporaryFolder();
  const clone = cloneInto(folder.path);
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  symlinkSync(join(root, '.runtime'), join(clone, '.runtime'));
  const dataLine = `OMEGA_DATA_DIR=${join(folder.path, 'data')}\n`;
  writeFileSync(join(clone, '.env'), `${dataLine}OMEGA_BOARD_TOKEN=a-token-of-the-owner\n`);
  const { paths } = settingsFor(join(folder.path, 'data'));
  const main = spawn(process.execPath, [join(clone, 'scripts', 'start.ts')], { stdio: 'ignore' });
  const exited = once(main, 'exit');
  onTestFinished(() => void main.kill('SIGKILL'));
  const before = await ready(paths.controlSocket, () => true);
  expect(statSync(paths.startedDotenv).mode & 0o777).toBe(0o600);

  writeFileSync(join(clone, '.env'), `${dataLine}OMEGA_BOARD_TOKEN=short\nREDIS_URL=nowhere\n`);
  for (const { name, pid } of before) if (name !== 'redis') process.kill(pid ?? 0, 'SIGKILL');
  await ready(paths.controlSocket, ({ restarts, name }) => restarts === (name === 'redis' ? 0 : 1));

  const stop = await runProgram(process.execPath, [join(clone, 'scripts', 'stop.ts')]);
  expect(stop).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Ended: the supervisor/) });
  expect(stop.stderr).toMatch(/^! The configuration has 2 faults:/);
  await exited;
  expect(existsSync(paths.startedDotenv)).toBe(false);
});

async function ready(socket: string, fulfils: (status: ServiceStatus) => boolean): Promise<readonly ServiceStatus[]> {
  const control = createControlClient(socket);
  for (;;) {
    const services = await control.services(AbortSignal.timeout(5000)).catch((): ServiceStatus[] => []);
    if (services.length > 0 && services.every((status) => status.state === 'ready' && fulfils(status))) return services;
    await delay(20);
  }
}
