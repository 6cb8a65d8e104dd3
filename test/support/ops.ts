import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnv } from '#lib/env.ts';
import { dataPaths } from '#lib/paths.ts';
import { builtPrograms } from '#ops/programs.ts';
import { defineService, type Service, type ServiceSettings } from '#ops/service.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { startSupervisor, type Supervisor, type SupervisorOptions } from '#ops/supervisor.ts';

export type Behaviour = 'good' | 'crash' | 'deaf' | 'parent';

/** A data folder of a test's own, gone when it is disposed. */
export async function temporarySettings(): Promise<ServiceSettings & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'omega-ops-'));
  const settings = settingsFor(folder);
  for (const path of [settings.paths.run, settings.paths.logs]) await mkdir(path, { recursive: true, mode: 0o700 });
  return { ...settings, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The settings of a data folder, with nothing of the machine's own configuration. */
export function settingsFor(dataDir: string): ServiceSettings {
  const env = readEnv({ OMEGA_DATA_DIR: dataDir }, '/nonexistent/.env');
  return { env, paths: dataPaths(env), programs: builtPrograms };
}

/** A real Node process as a service. */
export function fixtureService(name: string, behaviour: Behaviour = 'good', more: Partial<Service> = {}): Service {
  const script = join(import.meta.dirname, 'services', 'fixture-child.ts');
  return defineService({
    name,
    summary: 'a process for tests',
    enabled: () => true,
    command: async ({ paths }) => ({
      file: process.execPath,
      args: [script, name],
      env: { FIXTURE: behaviour, FIXTURE_JOURNAL: join(paths.run, 'journal') },
    }),
    liveness: 'pong',
    readiness: 'message',
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 500,
    ...more,
  });
}

/** A supervisor whose changes a test can wait for. */
export interface WatchedSupervisor extends Supervisor {
  readonly changes: readonly ServiceStatus[];
  readonly troubles: readonly string[];
  readonly of: (name: string) => ServiceStatus;
  /** Resolves to the first status of a service, from now on or as it stands, that fulfils this. */
  readonly until: (name: string, fulfils: (status: ServiceStatus) => boolean) => Promise<ServiceStatus>;
}

/** Starts a supervisor in this process, hasty enough for tests. */
export async function watchedSupervisor(
  options: Omit<SupervisorOptions, 'onChange' | 'onTrouble'>,
): Promise<WatchedSupervisor> {
  const changes: ServiceStatus[] = [];
  const troubles: string[] = [];
  const waiting = new Set<() => void>();
  const onChange = (status: ServiceStatus): void => {
    changes.push(status);
    for (const look of waiting) look();
  };
  const supervisor = await startSupervisor({
    liveness: { everyMs: 50, misses: 3, startMs: 9000 },
    ...options,
    onChange,
    onTrouble: (reason) => troubles.push(reason),
  });
  const of = (name: string): ServiceStatus => {
    const status = supervisor.status().find((one) => one.name === name);
    if (status === undefined) throw new Error(`no service ${name}`);
    return status;
  };
  const until: WatchedSupervisor['until'] = (name, fulfils) =>
    new Promise((resolve) => {
      const look = (): void => {
        const status = of(name);
        if (!fulfils(status)) return;
        waiting.delete(look);
        resolve(status);
      };
      waiting.add(look);
      look();
    });
  return { ...supervisor, changes, troubles, of, until };
}
