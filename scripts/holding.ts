import { rm } from 'node:fs/promises';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { systemClock } from '#lib/clock.ts';
import type { Env } from '#lib/env.ts';
import { handedOnText } from '#lib/given.ts';
import { createLog } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import { serveControl } from '#ops/control.ts';
import { makeFolders } from '#ops/folders.ts';
import { takeLock } from '#ops/lock.ts';
import { openLogFile } from '#ops/log-files.ts';
import type { Tell } from '#ops/redis-binary.ts';
import * as services from '#ops/services/index.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { startSupervisor, type Supervisor } from '#ops/supervisor.ts';
import { prepare } from './prepare.ts';

export interface HoldingOptions {
  readonly env: Env;
  readonly paths: DataPaths;
  readonly signal: AbortSignal;
  readonly byUnit: boolean;
  /** Told each step of the preparation. */
  readonly tell: Tell;
  readonly onChange: (status: ServiceStatus) => void;
  readonly onTrouble: (reason: string) => void;
}

/** All of Omega, running in this process and its children; disposing it ends all of it. */
export interface Holding extends AsyncDisposable {
  readonly supervisor: Supervisor;
  /** Aborted when somebody wants it to end: Ctrl-C, TERM, or `npm run stop`. */
  readonly stopped: AbortSignal;
}

/**
 * Takes the lock, prepares what is missing, and starts every service.
 * @throws OmegaError `E_ALREADY_RUNNING`, or what {@link prepare} throws; nothing is left running then.
 */
export async function openHolding(options: HoldingOptions): Promise<Holding> {
  const { env, paths, signal, byUnit, tell } = options;
  await using opening = new AsyncDisposableStack();
  await makeFolders(paths);
  opening.use(await takeLock(paths, { pid: process.pid, startedAt: systemClock.now(), byUnit }));
  const programs = await prepare({ env, paths, tell, signal });
  // Children read it instead of .env: what is written there meanwhile must not keep one from being started again.
  await writeFileAtomic(paths.startedDotenv, handedOnText(process.env));
  opening.defer(() => rm(paths.startedDotenv, { force: true }));
  const listeners = withLog(opening, options);
  const supervisor = opening.use(
    await startSupervisor({ services: Object.values(services), settings: { env, paths, programs }, ...listeners }),
  );
  const asked = new AbortController();
  const requestStop = (): void => asked.abort();
  opening.use(await serveControl(paths.controlSocket, { ...supervisor, requestStop }));
  opening.defer(() => supervisor.stop()); // While services stop the control socket still tells how far they are.
  const opened = opening.move();
  return {
    supervisor,
    stopped: AbortSignal.any([signal, asked.signal]),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Each change also goes into the supervisor's own log. */
function withLog(
  stack: AsyncDisposableStack,
  { env, paths, onChange, onTrouble }: HoldingOptions,
): Pick<HoldingOptions, 'onChange' | 'onTrouble'> {
  const file = openLogFile({ folder: paths.logs, service: 'supervisor', onTrouble });
  stack.defer(() => file.close());
  const log = createLog({ name: 'supervisor', secrets: env.secrets, write: (line) => file.write(line.trimEnd()) });
  return {
    onChange: (status) => {
      const { name, state, pid, restarts, lastExit } = status;
      log.info(`${name} is ${state}`, { pid, restarts, lastExit });
      onChange(status);
    },
    onTrouble: (reason) => {
      log.warn(reason);
      onTrouble(reason);
    },
  };
}
