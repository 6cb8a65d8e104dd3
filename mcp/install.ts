import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import { installedPackage } from './installed-package.ts';
import type { Server } from './server.ts';

const run = promisify(execFile);

const tellEveryMs = 5000;

/** Flags win over whatever settings an `npm run` hands on to its children. */
const npmFlags = [
  '--ignore-scripts',
  '--omit=dev',
  '--global=false',
  '--dry-run=false',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--no-update-notifier',
  '--loglevel=error',
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

export interface InstallOptions {
  /** The server's own folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** A line of progress, for a person. */
  readonly tell: (line: string) => void;
}

/**
 * Loads the package of a server in its exact version into the server's folder; none of its scripts is run. What is
 * there in that version stays as it is. It appears as a whole or not at all.
 * @throws OmegaError `E_USAGE` where the server has no package, `E_INSTALL` where npm fails.
 */
export async function installServer(server: Server, { folder, signal, tell }: InstallOptions): Promise<void> {
  const wanted = wantedOf(server);
  if ((await installedVersion(server, folder)) === wanted.version) {
    tell(`${wanted.package} ${wanted.version} is installed`);
    return;
  }
  const stage = join(folder, `package.${process.pid}.tmp`);
  try {
    await removeLeftovers(folder);
    await mkdir(stage, { recursive: true, mode: 0o700 });
    await load({ wanted, stage, signal, tell });
    await moveIntoPlace(stage, join(folder, 'package'));
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** The version that lies in the server's folder; null where there is none, or the server has no package. */
export async function installedVersion(server: Server, folder: string): Promise<string | null> {
  if (server.install === undefined) return null;
  return versionIn(installedPackage(folder, server.install.package));
}

type Wanted = NonNullable<Server['install']>;

function wantedOf({ name, install }: Server): Wanted {
  if (install !== undefined) return install;
  throw new OmegaError(`${name} needs no installing: it comes with Omega, or runs elsewhere.`, {
    code: 'E_USAGE',
    permanent: true,
    exitCode: 2,
  });
}

async function versionIn(packageFolder: string): Promise<string | null> {
  try {
    const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
    return z.object({ version: z.string() }).safeParse(manifest).data?.version ?? null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What an earlier, killed installation left; one that still runs keeps its own. */
async function removeLeftovers(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const pid = /^package\.(?:(\d+)\.tmp|old)$/.exec(name);
    if (pid !== null && !isAlive(Number(pid[1] ?? 0))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM'; // Somebody else's process lives.
  }
}

interface Load {
  readonly wanted: Wanted;
  readonly stage: string;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

async function load({ wanted, stage, signal, tell }: Load): Promise<void> {
  const what = `${wanted.package} ${wanted.version}`;
  const started = performance.now();
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  tell(`loading ${what}: about ${wanted.megabytes} MB on the disk`);
  const timer = setInterval(() => tell(`still loading, ${seconds()} s`), tellEveryMs);
  try {
    await npmInstall({ wanted, stage, signal });
  } finally {
    clearInterval(timer);
  }
  const version = await versionIn(join(stage, 'node_modules', wanted.package));
  if (version !== wanted.version) throw installError(`npm says that it is done, but ${what} is not there.`);
  tell(`${what} is installed (${seconds()} s)`);
}

async function npmInstall({ wanted, stage, signal }: Pick<Load, 'wanted' | 'stage' | 'signal'>): Promise<void> {
  const manifest = { private: true, dependencies: { [wanted.package]: wanted.version } };
  await writeFile(join(stage, 'package.json'), JSON.stringify(manifest));
  try {
    await run('npm', ['install', '--prefix', stage, ...npmFlags], { cwd: stage, signal, maxBuffer: 16_777_216 });
  } catch (error) {
    signal.throwIfAborted();
    throw explained(error);
  }
}

function explained(error: unknown): OmegaError {
  if (codeOf(error) === 'ENOENT') return installError('There is no npm here.', 'Install npm, and try again.');
  const output =
    typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : messageOf(error);
  const reason = /^npm (?:error|ERR!) (?!code|errno|syscall|A complete log)(.+)$/m.exec(output)?.[1] ?? output.trim();
  return installError(`npm could not load it: ${reason.replace(/\.?$/, '.')}`, hintOf(output));
}

function hintOf(output: string): string {
  if (output.includes('ENOSPC')) return 'The disk is full: free some space (df -h), and try again.';
  if (/E404|ETARGET/.test(output))
    return 'The registry of your npm settings does not have it (npm config get registry).';
  if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENETUNREACH|ERR_SOCKET/.test(output))
    return 'The package registry cannot be reached: see to the network or the proxy, and try again.';
  return 'Mend what it names, and try again. Nothing was changed.';
}

function installError(message: string, hint?: string): OmegaError {
  return new OmegaError(message, { code: 'E_INSTALL', ...(hint === undefined ? {} : { hint }) });
}

async function moveIntoPlace(stage: string, place: string): Promise<void> {
  const old = `${place}.old`;
  await rename(place, old).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  await rename(stage, place);
  await rm(old, { recursive: true, force: true });
}
