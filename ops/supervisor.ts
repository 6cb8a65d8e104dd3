import { systemClock } from '#lib/clock.ts';
import { usageError } from '#lib/errors.ts';
import { deathSignalPrefix } from './child-process.ts';
import type { LivenessRules } from './liveness.ts';
import { openLogFile, type LogFile } from './log-files.ts';
import { ServiceRunner } from './service-runner.ts';
import type { Service, ServiceSettings } from './service.ts';
import type { ServiceStatus } from './status.ts';

/** Starts the services in order and keeps them running. */
export interface Supervisor extends AsyncDisposable {
  readonly status: () => readonly ServiceStatus[];
  /** Tells each change from now on; the result ends that. */
  readonly subscribe: (listener: (status: ServiceStatus) => void) => () => void;
  /** The three verbs. @throws OmegaError, exit code 2, for a service that is not run here. */
  readonly restart: (service: string) => void;
  readonly pause: (service: string) => void;
  readonly resume: (service: string) => void;
  /** Ends every service, those that depend on others first; resolves when no process is left. */
  readonly stop: () => Promise<void>;
}

export interface SupervisorOptions {
  readonly services: readonly Service[];
  readonly settings: ServiceSettings;
  /** Told each change of a service's state, in order. */
  readonly onChange: (status: ServiceStatus) => void;
  /** Told what is no change of state and yet deserves a word. */
  readonly onTrouble: (reason: string) => void;
  readonly liveness?: LivenessRules;
  /** A service that waits for another one at its first start waits no longer than this; 10,000 ms unless said. */
  readonly dependencyPatienceMs?: number;
}

/** A service with its runner and its log. */
interface Kept {
  readonly service: Service;
  readonly runner: ServiceRunner;
  readonly log: LogFile;
}

/** Starts every enabled service; resolves as soon as they are on their way. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const prefix = await deathSignalPrefix();
  if (prefix.length === 0) options.onTrouble('no setpriv here: a killed supervisor may leave processes behind');
  const listeners = new Set([options.onChange]);
  const onChange = (status: ServiceStatus): void => {
    for (const listener of listeners) listener(status);
  };
  const kept = prepareAll({ ...options, onChange }, prefix);
  const stopping = new AbortController();
  const patienceMs = options.dependencyPatienceMs ?? 10_000;
  const lives = new Map(kept.map((one) => [one, live(one, { kept, patienceMs, signal: stopping.signal })]));
  const runnerOf = (name: string): ServiceRunner => findKept(kept, name).runner;
  const stop = async (): Promise<void> => {
    stopping.abort();
    await stopInOrder(lives);
  };
  return {
    status: () => kept.map(({ runner }) => runner.status()),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    restart: (name) => runnerOf(name).restart(),
    pause: (name) => runnerOf(name).pause(),
    resume: (name) => runnerOf(name).resume(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function prepareAll(options: SupervisorOptions, prefix: readonly string[]): Kept[] {
  const { settings, onTrouble } = options;
  return options.services
    .filter(({ enabled }) => enabled(settings))
    .map((service) => {
      const log = openLogFile({ folder: settings.paths.logs, service: service.name, onTrouble });
      return { service, log, runner: new ServiceRunner({ ...options, service, log, prefix }) };
    });
}

async function live(
  { service, runner, log }: Kept,
  options: { kept: readonly Kept[]; patienceMs: number; signal: AbortSignal },
): Promise<void> {
  await untilDependenciesReady(service, options);
  await runner.run();
  await log.close();
}

/**
 * A service that cannot have what it depends on is started all the same, only later: it must be able to say so on
 * the page. Started again after an exit it waits for nothing.
 */
async function untilDependenciesReady(
  { dependsOn = [] }: Service,
  { kept, patienceMs, signal }: { kept: readonly Kept[]; patienceMs: number; signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  const dependencies = kept.filter(({ service }) => dependsOn.includes(service.name));
  const areReady = (): boolean => dependencies.every(({ runner }) => runner.status().state === 'ready');
  while (!signal.aborted && !areReady() && performance.now() < deadline) await systemClock.sleep(10);
}

/** Each is stopped once those that depend on it are gone. */
async function stopInOrder(lives: ReadonlyMap<Kept, Promise<void>>): Promise<void> {
  const stopOne = async (one: Kept): Promise<void> => {
    const dependents = [...lives.keys()].filter(({ service }) => service.dependsOn?.includes(one.service.name));
    await Promise.all(dependents.map(stopOne));
    one.runner.stop();
    await lives.get(one);
  };
  await Promise.all([...lives.keys()].map(stopOne));
}

function findKept(kept: readonly Kept[], name: string): Kept {
  const found = kept.find(({ service }) => service.name === name);
  if (found !== undefined) return found;
  const names = kept.map(({ service }) => service.name).join(', ');
  throw usageError(`There is no service ${name} here.`, `These run: ${names}.`);
}
