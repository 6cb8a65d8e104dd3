import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '#lib/paths.ts';
import { serveControl } from '#ops/control.ts';
import type { ServiceSettings } from '#ops/service.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { temporarySettings } from '../support/ops.ts';
import { scenes } from '../support/snapshots.ts';

const Outcome = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

let settings: ServiceSettings & AsyncDisposable;
let services: ServiceStatus[];
let control: AsyncDisposableStack;

beforeEach(async () => {
  settings = await temporarySettings();
  services = [];
  const nothing = (): void => {};
  const controlled = { restart: nothing, pause: nothing, resume: nothing, requestStop: nothing };
  control = new AsyncDisposableStack();
  control.use(
    await serveControl(settings.paths.controlSocket, {
      ...controlled,
      status: () => services,
      subscribe: () => nothing,
    }),
  );
});

afterEach(async () => {
  await control.disposeAsync();
  await settings[Symbol.asyncDispose]();
});

/** A command as a person types it, beside a supervisor that says what the test wants. */
async function command(...[script = '', ...rest]: readonly string[]): Promise<z.infer<typeof Outcome>> {
  const env = { ...process.env, OMEGA_DATA_DIR: settings.paths.data, NO_COLOR: '1' };
  const call = promisify(execFile)(process.execPath, [join(root, 'scripts', script), ...rest], { env });
  return call.then((said) => ({ code: 0, ...said })).catch((error: unknown) => Outcome.parse(error));
}

function service(name: string, state: ServiceStatus['state'], pid = 7): ServiceStatus {
  return { name, state, pid, since: Date.now(), restarts: 0, recentRestarts: 0, lastExit: null };
}

function seen(at: number): void {
  const snapshot = { ...scenes.firstDay(), generatedAt: at, staleAfter: at + 90_000 };
  writeFileSync(settings.paths.snapshot, JSON.stringify(snapshot));
}

function served(pid: number): void {
  const address = { url: 'http://127.0.0.1:8509/', host: '127.0.0.1', port: 8509, pid, usualPortTaken: false };
  writeFileSync(join(settings.paths.run, 'edge.json'), JSON.stringify(address));
}

test('status calls a snapshot from the future not current, in words and for scripts', async () => {
  services = [service('worker', 'ready')];
  seen(Date.now() + 600_000);
  expect((await command('status.ts')).stdout).toMatch(/^\? The last heartbeat is dated in the future/);
  const { stdout } = await command('status.ts', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ overall: null, lastKnown: { state: 'up', current: false } });
});

test('status names a service that is not ready beside what the heartbeat said, and its exit code stays 0', async () => {
  services = [service('redis', 'backoff'), service('worker', 'ready')];
  seen(Date.now());
  const { code, stdout } = await command('status.ts');
  expect(stdout).toMatch(/^! All well \d s ago, but redis is in backoff now\n/);
  expect(code).toBe(0);
});

test('board links to the edge that runs', async () => {
  services = [service('edge', 'ready', 4711)];
  served(4711);
  expect((await command('board.ts')).stdout).toMatch(/^http:\/\/127\.0\.0\.1:8509\/board\/login\?code=/);
});

test('board prints no link to an edge that is gone, and ends with 75', async () => {
  served(4711);
  const without = await command('board.ts');
  expect(without).toMatchObject({ code: 75, stdout: '' });
  expect(without.stderr).toContain('→ npm run status says how it stands.');
  await control.disposeAsync();
  const stopped = await command('board.ts');
  expect(stopped).toMatchObject({ code: 75, stdout: '' });
  expect(stopped.stderr).toContain('which does not run here now.\n  → Start Omega with npm start.');
});
