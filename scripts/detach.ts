import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import type { Env } from '#lib/env.ts';
import { OmegaError } from '#lib/errors.ts';
import { root, type DataPaths } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import { makeFolders } from '#ops/folders.ts';
import { pageAddress, portNotice, tunnelCommand, type PageAddress } from './page-address.ts';

/** A first start may have a Redis to load and a site to build. */
const usualPatienceMs = 300_000;
const pollEveryMs = 50;

export interface Detach {
  readonly env: Env;
  readonly paths: DataPaths;
  readonly signal: AbortSignal;
  /** How long the page is waited for, in milliseconds. */
  readonly patienceMs?: number;
}

/**
 * Starts Omega in the background, and waits until its page is served; when that is broken off it ends again.
 * @throws OmegaError with what the start said; exit code 75 where it is only not done yet.
 */
export async function startDetached(options: Detach): Promise<number> {
  const { env, paths, signal, patienceMs = usualPatienceMs } = options;
  await makeFolders(paths);
  const output = join(paths.logs, 'start.log');
  const child = await spawnDetached(output);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  try {
    const address = await untilServed(paths, child, patience);
    if (address === null) throw await notStarted(output);
    process.stdout.write(`${report({ env, address, pid: child.pid }).join('\n')}\n`);
    return 0;
  } catch (error) {
    if (signal.aborted) await endAgain(child);
    else if (patience.aborted) throw notServedYet(patienceMs, child);
    throw error;
  }
}

/** Null where the start ended by itself. */
async function untilServed(paths: DataPaths, child: ChildProcess, signal: AbortSignal): Promise<PageAddress | null> {
  while (isRunning(child)) {
    const address = await pageAddress(paths, await edgePid(paths, signal));
    if (address !== null) return address;
    await systemClock.sleep(pollEveryMs, signal);
  }
  return null;
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function endAgain(child: ChildProcess): Promise<void> {
  process.stderr.write('  stopping what was started\n');
  child.kill('SIGTERM');
  while (isRunning(child)) await systemClock.sleep(pollEveryMs); // A second Ctrl-C ends this waiting.
  process.stderr.write('✓ Stopped by you: nothing runs in the background\n');
}

async function notStarted(output: string): Promise<OmegaError> {
  return new OmegaError(`Omega did not start. It said:\n${await readFile(output, 'utf8')}`, { code: 'E_DETACH' });
}

function notServedYet(patienceMs: number, { pid }: ChildProcess): OmegaError {
  return new OmegaError(
    `Omega has not served its page within ${patienceMs / 1000} s; process ${pid} goes on in the background.`,
    {
      code: 'E_DETACH_SLOW',
      hint: 'npm run status and npm run logs tell how far it is, npm run stop ends it.',
      exitCode: 75,
    },
  );
}

function report({ env, address, pid }: { env: Env; address: PageAddress; pid: number | undefined }): string[] {
  const tunnel = tunnelCommand(env, address);
  return [
    portNotice(env, address),
    `Omega runs in the background as process ${pid}. The page: ${address.url}`,
    tunnel === null ? null : `To see it from your own machine, type there: ${tunnel}`,
    'npm run stop ends it.',
  ].filter((line) => line !== null);
}

async function spawnDetached(path: string): Promise<ChildProcess> {
  await using file = await open(path, 'w', 0o600);
  const script = join(root, 'scripts', 'start.ts');
  const child = spawn(process.execPath, [...process.execArgv, script], {
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
  });
  child.unref(); // It must not keep this process from ending, however that ends.
  return child;
}

/** The edge's process once it is ready; -1 until then, which is nobody's. */
async function edgePid(paths: DataPaths, signal: AbortSignal): Promise<number> {
  try {
    const services = await createControlClient(paths.controlSocket).services(signal);
    return services.find(({ name, state }) => name === 'edge' && state === 'ready')?.pid ?? -1;
  } catch (error) {
    if (signal.aborted) throw error;
    return -1; // The supervisor is not there yet.
  }
}
