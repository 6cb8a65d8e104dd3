import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import type { Env } from '#lib/env.ts';
import { OmegaError } from '#lib/errors.ts';
import { root, type DataPaths } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import { pageAddress, portNotice, tunnelCommand, type PageAddress } from './page-address.ts';

/** A first start may have a Redis to load and a site to build. */
const patienceMs = 300_000;

/** Starts Omega in the background, and waits until its page is served. @throws OmegaError with what the start said. */
export async function startDetached(options: { env: Env; paths: DataPaths; signal: AbortSignal }): Promise<number> {
  const { env, paths, signal } = options;
  await mkdir(paths.logs, { recursive: true, mode: 0o700 });
  const output = join(paths.logs, 'start.log');
  const child = await spawnDetached(output);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  while (child.exitCode === null && child.signalCode === null) {
    const address = await pageAddress(paths, await edgePid(paths, patience));
    if (address !== null) {
      process.stdout.write(`${report({ env, address, pid: child.pid }).join('\n')}\n`);
      child.unref();
      return 0;
    }
    await systemClock.sleep(50, patience);
  }
  throw new OmegaError(`Omega did not start. It said:\n${await readFile(output, 'utf8')}`, { code: 'E_DETACH' });
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
  return spawn(process.execPath, [...process.execArgv, script], {
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
  });
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
