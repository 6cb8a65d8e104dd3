import { resolve } from 'node:path';
import { readDataDir, readEnv, type Env } from '#lib/env.ts';
import { dataPaths, root, type DataPaths } from '#lib/paths.ts';
import { paint } from './command.ts';

/** The configuration and the places that follow from it. */
export interface Settings {
  readonly env: Env;
  readonly paths: DataPaths;
}

/** @throws OmegaError `E_CONFIG` with every fault of the configuration. */
export function readSettings(): Settings {
  const env = readEnv();
  return { env, paths: dataPaths(env) };
}

/** The owner's file of checks; a relative `OMEGA_CHECKS` is meant from the repository. */
export function checksFileOf({ env, paths }: Settings): string {
  return env.checksFile === undefined ? paths.checks : resolve(root, env.checksFile);
}

/**
 * Where an Omega that runs is to be found, for commands that must work whatever else is wrong with the configuration;
 * its faults are told on standard error.
 */
export function readPlace(): { readonly paths: DataPaths; readonly ssh: Env['ssh'] } {
  const { warnings, ssh, ...place } = readDataDir();
  for (const warning of warnings) process.stderr.write(`${paint('yellow', '!', process.stderr)} ${warning}\n`);
  return { paths: dataPaths(place), ssh };
}
