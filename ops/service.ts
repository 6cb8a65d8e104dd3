import type { Env } from '#lib/env.ts';
import type { DataPaths } from '#lib/paths.ts';

/** A process of Omega's: one file in `services/`, which says only how to start it and how to ask after it. */
export interface Service {
  readonly name: string;
  readonly summary: string;
  /** Started once these are ready, stopped before them. */
  readonly dependsOn?: readonly string[];
  /** False where the owner's configuration makes it needless, such as a Redis of their own. */
  readonly enabled: (settings: ServiceSettings) => boolean;
  /** Prepares its files, and says what to run. @throws OmegaError where it cannot be started at all. */
  readonly command: (settings: ServiceSettings) => Promise<ServiceCommand>;
  /** `pong`: a Node process that speaks to the supervisor over IPC (ops/child.ts); else a probe that must not throw. */
  readonly liveness: 'pong' | ServiceProbe;
  /** `message`: it says by itself when it is ready; else a probe that resolves once it is. */
  readonly readiness: 'message' | ServiceProbe;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** From the stop signal to KILL, in milliseconds. */
  readonly stopTimeoutMs: number;
}

/** Resolves when the process answers; rejects when it does not. Heeds the signal. */
export type ServiceProbe = (settings: ServiceSettings, signal: AbortSignal) => Promise<void>;

export interface ServiceSettings {
  readonly env: Env;
  readonly paths: DataPaths;
}

export interface ServiceCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** On top of what of the supervisor's own environment is no secret (lib/given.ts). */
  readonly env?: Readonly<Record<string, string>>;
  /** Lines of what it says that tell nothing, such as a banner: they are not kept. */
  readonly noise?: RegExp;
}

/** Declares a service. */
export function defineService(service: Service): Service {
  return service;
}

/**
 * Node keeps 24 MiB less without its large nursery, and 11 MiB less where it compiles for size; these processes make
 * little garbage and wait most of the time: see bench idle.
 */
export const smallHeap: readonly string[] = ['--max-semi-space-size=1', '--optimize-for-size'];
