import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DataPaths } from '#lib/paths.ts';
import { createControlClient, type ControlClient } from '#ops/control-client.ts';
import { isAlive, lockOwner, takeLock } from '#ops/lock.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { temporarySettings } from '../support/ops.ts';

const script = join(import.meta.dirname, '..', 'support', 'services', 'supervisor-process.ts');
const { signal } = new AbortController();

/** A supervisor in a process of its own, with both its services ready. */
async function startedProcess(
  paths: DataPaths,
): Promise<{ main: ChildProcess; client: ControlClient } & AsyncDisposable> {
  const main = spawn(process.execPath, [script, paths.data], { stdio: ['ignore', 'inherit', 'inherit'] });
  const client = createControlClient(paths.controlSocket);
  while (!(await areReady(client))) await delay(20);
  const end = async (): Promise<void> => {
    if (main.exitCode === null && main.signalCode === null && main.kill('SIGKILL')) await once(main, 'exit');
  };
  return { main, client, [Symbol.asyncDispose]: end };
}

async function areReady(client: ControlClient): Promise<boolean> {
  const services = await client.services(signal).catch((): ServiceStatus[] => []);
  return services.length > 0 && services.every(({ state }) => state === 'ready');
}

async function untilGone(pids: readonly (number | null)[]): Promise<void> {
  while (pids.some(isAlive)) await delay(10);
}

test('a supervisor that is killed leaves no child and no lock behind', async () => {
  await using settings = await temporarySettings();
  await using running = await startedProcess(settings.paths);
  const services = await running.client.services(signal);
  running.main.kill('SIGKILL');
  await once(running.main, 'exit');
  await untilGone(services.map(({ pid }) => pid));
  expect(lockOwner(settings.paths)).toBeNull();
});

test('a second supervisor of the same data folder is refused, and is told who runs', async () => {
  await using settings = await temporarySettings();
  await using running = await startedProcess(settings.paths);
  expect(lockOwner(settings.paths)).toMatchObject({ pid: running.main.pid, byUnit: false });
  const second = takeLock(settings.paths, { pid: process.pid, startedAt: Date.now(), byUnit: false });
  await expect(second).rejects.toMatchObject({ code: 'E_ALREADY_RUNNING', exitCode: 75 });
  await expect(second).rejects.toThrow(`process ${running.main.pid}`);
});

test('the control socket can be opened by its owner alone', async () => {
  await using settings = await temporarySettings();
  await using _running = await startedProcess(settings.paths);
  expect(statSync(settings.paths.controlSocket).mode & 0o777).toBe(0o600);
});

test('a service is restarted, paused and resumed over the control socket, and who watches is told', async () => {
  await using settings = await temporarySettings();
  await using running = await startedProcess(settings.paths);
  const seen: string[] = [];
  const steps = [
    () => running.client.restart('second', signal),
    () => running.client.pause('second', signal),
    () => running.client.resume('second', signal),
  ];
  for await (const { name, state } of running.client.watch(signal)) {
    if (name !== 'second') continue;
    seen.push(state);
    if (state === 'ready' || state === 'paused') {
      const step = steps.shift();
      if (step === undefined) break;
      await step();
    }
  }
  const distinct = seen.filter((state, index) => state !== seen[index - 1]);
  expect(distinct).toEqual(['ready', 'stopping', 'starting', 'ready', 'stopping', 'paused', 'starting', 'ready']);
});

test('a stop over the control socket ends every process and leaves neither socket nor lock', async () => {
  await using settings = await temporarySettings();
  await using running = await startedProcess(settings.paths);
  const services = await running.client.services(signal);
  const exited = once(running.main, 'exit');
  await running.client.stop(signal);
  expect(await exited).toEqual([0, null]);
  expect(services.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
  expect(existsSync(settings.paths.controlSocket)).toBe(false);
  expect(lockOwner(settings.paths)).toBeNull();
});

test('what a service started itself ends with it', async () => {
  await using settings = await temporarySettings();
  await using running = await startedProcess(settings.paths);
  const [first] = await running.client.services(signal);
  const children = readFileSync(`/proc/${first!.pid}/task/${first!.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  expect(children.length).toBeGreaterThan(0);
  process.kill(first!.pid!, 'SIGKILL');
  await untilGone(children);
});

test('an unknown service and a line that is no request are each one clear error', async () => {
  await using settings = await temporarySettings();
  await using running = await startedProcess(settings.paths);
  await expect(running.client.restart('nobody', signal)).rejects.toMatchObject({
    message: 'There is no service nobody here.',
    hint: 'These run: first, second.',
    exitCode: 2,
  });
  const socket = connect(settings.paths.controlSocket);
  socket.write('give me everything\n');
  const line: unknown = (await once(createInterface({ input: socket }), 'line'))[0];
  socket.destroy();
  expect(JSON.parse(String(line))).toMatchObject({ ok: false, code: 'E_CONTROL_REQUEST' });
});

test('without a supervisor the client says what to do', async () => {
  await using settings = await temporarySettings();
  const services = createControlClient(settings.paths.controlSocket).services(signal);
  await expect(services).rejects.toMatchObject({ code: 'E_NO_SUPERVISOR', hint: 'Start it with npm start.' });
});
