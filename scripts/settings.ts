import { readEnv, type Env } from '#lib/env.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';

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
