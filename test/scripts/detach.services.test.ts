import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import { isAlive, lockOwner } from '#ops/lock.ts';
import type { ServiceSettings } from '#ops/service.ts';
import { temporarySettings } from '../support/ops.ts';
import { runProgram } from '../support/outsider.ts';

/** A data folder in which a start never comes to an end: its edge cannot write down where the page is. */
async function neverServed(): Promise<ServiceSettings & AsyncDisposable> {
  const settings = await temporarySettings();
  mkdirSync(join(settings.paths.run, 'edge.json'));
  return settings;
}

async function pidsOnceRunning({ paths }: ServiceSettings): Promise<(number | null)[]> {
  for (;;) {
    const services = await createControlClient(paths.controlSocket)
      .services(AbortSignal.timeout(5000))
      .catch(() => []);
    if (services.some(({ name, state }) => name === 'worker' && state === 'ready'))
      return [lockOwner(paths)?.pid ?? null, ...services.map(({ pid }) => pid)];
    await delay(20);
  }
}

test('Ctrl-C during a start in the background ends what was started, says so, and ends with 130', async () => {
  await using settings = await neverServed();
  const start = spawn(process.execPath, [join(root, 'scripts', 'start.ts'), '--detach'], {
    env: { ...process.env, OMEGA_DATA_DIR: settings.paths.data },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  start.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const pids = await pidsOnceRunning(settings);
  start.kill('SIGINT');
  expect(await once(start, 'close')).toEqual([130, null]);
  expect(said).toContain('Stopped by you: nothing runs in the background');
  expect(pids.map(isAlive)).not.toContain(true);
  expect(lockOwner(settings.paths)).toBeNull();
});

test('a start in the background that takes too long is told of as one that goes on, with 75', async () => {
  await using settings = await neverServed();
  const env = { OMEGA_DATA_DIR: settings.paths.data };
  const script = `
    import { readSettings } from '${join(root, 'scripts', 'settings.ts')}';
    import { startDetached } from '${join(root, 'scripts', 'detach.ts')}';
    import { showError } from '${join(root, 'scripts', 'command.ts')}';
    const { signal } = new AbortController();
    await startDetached({ ...readSettings(), signal, patienceMs: 500 }).catch((error) => process.exit(showError(error)));
  `;
  const file = join(settings.paths.data, 'impatient.ts');
  writeFileSync(file, script);
  const { exitCode, stderr } = await runProgram(process.execPath, [file], { env });
  await pidsOnceRunning(settings);
  expect(stderr).toMatch(
    /^✗ Omega has not served its page within 0.5 s; process \d+ goes on in the background\.\n {2}→ /,
  );
  expect(exitCode).toBe(75);
  const stop = await runProgram(process.execPath, [join(root, 'scripts', 'stop.ts')], { env });
  expect(stop.stdout).toMatch(/^Ended: /);
});
