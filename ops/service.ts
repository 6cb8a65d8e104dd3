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
  /** The folder that Omega's own programs are started from: {@link buildPrograms} of ops/programs.ts. */
  readonly programs: string;
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
 * Node keeps 24 MiB less without its large nursery, and 11 MiB less where it compiles for size; it forgets the code of
 * functions that were not called lately, and makes no quick machine code of the others. These processes make little
 * garbage and wait most of the time: see bench idle and bench health.
 */
export const smallHeap: readonly string[] = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--bytecode-old-age=1',
  '--no-sparkplug',
];

/**
 * What is freed goes back to the system: 10 MiB less. One arena for all threads, and a fixed threshold (glibc's own
 * first one, 128 KiB), for once a large block was freed glibc keeps such blocks, up to 64 MiB. Read by glibc alone.
 */
export const smallMalloc: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
};
