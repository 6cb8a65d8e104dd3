import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { readEnv, type Env } from '#lib/env.ts';
import { dataPaths, root, type DataPaths } from '#lib/paths.ts';
import { stripChroma } from '#ops/chroma-strip.ts';
import { makeFolders } from '#ops/folders.ts';
import { buildPrograms } from '#ops/programs.ts';
import { findRedisServer, installRedis, type Tell } from '#ops/redis-binary.ts';
import { buildSite, builtSite } from '#site/build.ts';
import { runCommand } from './command.ts';
import { prepareDictionary } from './dictionary.ts';

export interface PrepareOptions {
  readonly env: Env;
  readonly paths: DataPaths;
  /** Called for what was done; never for what was up to date. */
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/**
 * Makes what a start needs beyond packages: the data folders, a Redis, the built programs, whose folder it returns,
 * the built site and the memory's dictionary.
 * @throws OmegaError `E_DATA_DIR` (exit code 2), `E_NO_REDIS`, `E_PROGRAMS` or `E_SITE_BUILD`.
 */
export async function prepare({ env, paths, tell, signal }: PrepareOptions): Promise<string> {
  await makeFolders(paths);
  if (env.redisUrl === undefined && (await findRedisServer()) === null) await installRedis({ tell, signal });
  if (env.chromaUrl === undefined) await stripChroma({ tell, signal });
  const [programs] = await Promise.all([
    preparePrograms({ tell, signal }),
    prepareSite({ tell, signal }),
    prepareDictionary({ tell, signal }),
  ]);
  return programs;
}

/** Builds the programs where there is no build of the sources as they are. */
async function preparePrograms({ tell, signal }: Pick<PrepareOptions, 'tell' | 'signal'>): Promise<string> {
  const started = performance.now();
  const hash = await hashOf(['{lib,queue,mcp,holding,jobs,ops,site,scripts}/**/*.ts', 'package-lock.json']);
  const { folder, isNew } = await buildPrograms({ hash, signal });
  if (isNew) tell('programs built', performance.now() - started);
  return folder;
}

/** Builds the site where its sources differ from those of the last build. */
export async function prepareSite({ tell, signal }: Pick<PrepareOptions, 'tell' | 'signal'>): Promise<void> {
  const hash = await hashOf(siteSources);
  if (hash === (await builtSiteHash())) return;
  const started = performance.now();
  await buildSite({ signal });
  await writeFileAtomic(siteStamp, hash, 0o644);
  tell('status page built', performance.now() - started);
}

/** True when the built site is that of the sources as they are now. */
export async function isSiteBuilt(): Promise<boolean> {
  return (await hashOf(siteSources)) === (await builtSiteHash());
}

/** One line a step on standard error, with its time in seconds. */
export function tellOnStderr(step: string, ms: number): void {
  process.stderr.write(`✓ ${step} (${(ms / 1000).toFixed(1)} s)\n`);
}

/** Lies inside what it vouches for, so that it goes when that goes. */
const siteStamp = join(builtSite, '.sources');

async function builtSiteHash(): Promise<string | null> {
  return await readFile(siteStamp, 'utf8').catch(() => null);
}

/** All that can end up in the built site: its own sources, what they import, and the versions of packages. */
const siteSources = [
  'site/**/*.{ts,astro,css,svg,json,html}',
  'lib/*.ts',
  'holding/health/*.ts',
  'holding/report/envelope.ts',
  'holding/report/envelope/*.ts',
  'package-lock.json',
];

/** One name for all that these files say, and for where they are: what is built of them names their places. */
async function hashOf(patterns: readonly string[]): Promise<string> {
  const paths = await Array.fromAsync(glob(patterns, { cwd: root, exclude: isMade }));
  const hash = createHash('sha256').update(root);
  for (const path of paths.toSorted()) hash.update(path).update(await readFile(join(root, path)));
  return hash.digest('hex');
}

function isMade(path: string): boolean {
  return ['dist', '.astro', 'node_modules'].includes(basename(path));
}

if (import.meta.main) {
  await runCommand({
    name: 'sh scripts/node scripts/prepare.ts',
    summary: 'makes the data folders, a Redis and the built site, where they are missing',
    help: [],
    options: {},
    run: async ({ signal }) => {
      const env = readEnv();
      await prepare({ env, paths: dataPaths(env), tell: tellOnStderr, signal });
    },
  });
}
