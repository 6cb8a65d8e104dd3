import { execFile } from 'node:child_process';
import { access, chmod, constants, glob, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { root as repository } from '#lib/paths.ts';
import { Apt, lastAptError } from './apt.ts';
import { isAlive } from './lock.ts';

const run = promisify(execFile);

/** Says that a step is done, and how long it took in milliseconds. */
export type Tell = (step: string, ms: number) => void;

/** The packages that hold a server, in order of preference: whichever the distribution has. */
const families = [
  ['redis-server', 'redis-tools'],
  ['valkey-server', 'valkey-tools'],
] as const;

/** A library may need another one; Debian's Redis needs two rounds at most. */
const mostRounds = 4;

/**
 * Where a Redis server stands: on the PATH as `redis-server` or `valkey-server`, else the one that was unpacked
 * privately; null where there is none.
 */
export async function findRedisServer({ root = repository }: { readonly root?: string } = {}): Promise<string | null> {
  const onPath = await firstOnPath(families.map(([server]) => server));
  if (onPath !== null) return onPath;
  const own = ownServer(root);
  return (await isExecutable(own)) ? own : null;
}

/** The first of these commands that the PATH has, as an absolute path. */
export async function firstOnPath(names: readonly string[]): Promise<string | null> {
  const search = 'for name; do command -v "$name" && exit; done; exit 1';
  try {
    const { stdout } = await run('sh', ['-c', search, 'sh', ...names]);
    return stdout.trim();
  } catch {
    return null; // Exit 1 is the answer: none of them.
  }
}

export interface InstallRedisOptions {
  readonly tell: Tell;
  readonly signal: AbortSignal;
  readonly root?: string;
}

/**
 * Unpacks the distribution's Redis into `.runtime/redis`, with the libraries that the machine lacks. Needs no root
 * and installs nothing system-wide, for Debian's package would start a second Redis by itself.
 * @returns the path of the server
 * @throws OmegaError `E_NO_REDIS`, naming the ways out; nothing half-unpacked is left.
 */
export async function installRedis({ tell, signal, root = repository }: InstallRedisOptions): Promise<string> {
  const started = performance.now();
  const final = dirname(dirname(dirname(ownServer(root))));
  const scratch = `${final}.${process.pid}.tmp`;
  try {
    await removeLeftovers(final);
    await mkdir(scratch, { recursive: true });
    const version = await unpack(new Apt(scratch, signal));
    await moveIntoPlace(join(scratch, 'root'), final);
    tell(`Redis ${version}, private in ${relative(root, final)}`, performance.now() - started);
    return ownServer(root);
  } catch (error) {
    signal.throwIfAborted();
    throw noRedis(error);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function ownServer(root: string): string {
  return join(root, '.runtime', 'redis', 'usr', 'bin', 'redis-server');
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false; // Absent or not to be run by us: both mean no.
  }
}

/** What an earlier, killed installation left; one that still runs keeps its own. */
async function removeLeftovers(final: string): Promise<void> {
  const names = await readdir(dirname(final)).catch(() => []);
  for (const name of names) {
    const pid = new RegExp(`^${basename(final)}\\.(\\d+)\\.tmp$`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(dirname(final), name), { recursive: true, force: true });
    }
  }
}

/** Tries the machine's own package lists, then fresh ones in a private folder; Redis first, then Valkey. */
async function unpack(apt: Apt): Promise<string> {
  if ((await firstOnPath(['apt-get'])) === null || (await firstOnPath(['dpkg-deb'])) === null) {
    throw new Error('this system has no apt to unpack one from');
  }
  try {
    return await unpackFirst(apt);
  } catch {
    await apt.update(); // Lists that are missing or old: with fresh ones the second error is the true one.
    return await unpackFirst(apt);
  }
}

async function unpackFirst(apt: Apt): Promise<string> {
  const faults: string[] = [];
  for (const [server, tools] of families) {
    try {
      await unpackWithLibraries(apt, [server, tools]);
      return await finish(apt.unpacked, server);
    } catch (error) {
      apt.signal.throwIfAborted();
      faults.push(`${server}: ${lastAptError(error)}`);
      await rm(apt.unpacked, { recursive: true, force: true });
    }
  }
  throw new Error(faults.join('; '));
}

async function unpackWithLibraries(apt: Apt, packages: readonly string[]): Promise<void> {
  const fetched = new Set<string>();
  let wanted = packages;
  for (let round = 0; round < mostRounds; round += 1) {
    await apt.unpack(wanted);
    for (const name of wanted) fetched.add(name);
    if ((await missingLibraries(apt.unpacked)).length === 0) return;
    wanted = (await apt.uninstalledDependencies(wanted)).filter((name) => !fetched.has(name));
    if (wanted.length === 0) break;
  }
  throw new Error(`no package has ${(await missingLibraries(apt.unpacked)).join(', ')}`);
}

async function missingLibraries(unpacked: string): Promise<string[]> {
  const server = await unpackedServer(unpacked);
  const path = (await libraryFolders(unpacked)).join(':');
  const { stdout } = await run('env', ['LC_ALL=C', `LD_LIBRARY_PATH=${path}`, 'ldd', server]);
  return [...stdout.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name ?? '');
}

async function unpackedServer(unpacked: string): Promise<string> {
  for (const [server] of families) {
    const path = join(unpacked, 'usr', 'bin', server);
    if (await isExecutable(path)) return path;
  }
  throw new Error('the package holds no server');
}

async function libraryFolders(unpacked: string): Promise<string[]> {
  const folders = new Set<string>();
  for await (const file of glob('{usr/,}lib/**/*.so*', { cwd: unpacked })) folders.add(join(unpacked, dirname(file)));
  return [...folders];
}

/** Makes `usr/bin/redis-server` start the server with the private libraries, and proves that it runs. */
async function finish(unpacked: string, server: string): Promise<string> {
  const binaries = join(unpacked, 'usr', 'bin');
  const folders = (await libraryFolders(unpacked)).map((folder) => `$here/${relative(binaries, folder)}`);
  const own = join(binaries, 'redis-server');
  if (folders.length > 0) {
    // Redis decides by its own name what it is, so the server keeps it, in a folder of its own.
    const inner = join(binaries, 'private');
    await mkdir(inner);
    await rename(join(binaries, server), join(binaries, 'server'));
    await symlink('../server', join(inner, server));
    await writeFile(own, wrapper(folders, server));
    await chmod(own, 0o755);
  } else if (server !== 'redis-server') await symlink(server, own);
  const { stdout } = await run(own, ['--version'], { timeout: 10_000 });
  return /v=(\S+)/.exec(stdout)?.[1] ?? stdout.trim();
}

function wrapper(folders: readonly string[], server: string): string {
  return [
    '#!/bin/sh',
    '# The machine lacks some libraries of this Redis: they lie beside it.',
    'here=${0%/*}',
    `LD_LIBRARY_PATH="${folders.join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
    'export LD_LIBRARY_PATH',
    `exec "$here/private/${server}" "$@"`,
    '',
  ].join('\n');
}

/** The rename is the last step, so that what stands there is whole; another start may have been first. */
async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
    if (await isExecutable(join(to, 'usr', 'bin', 'redis-server'))) return;
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  }
}

function noRedis(cause: unknown): OmegaError {
  return new OmegaError(`There is no Redis here, and none could be unpacked: ${lastAptError(cause)}`, {
    code: 'E_NO_REDIS',
    hint: 'Install redis-server or valkey-server (apt, dnf, brew), or set REDIS_URL in .env; then start again.',
    permanent: true,
    exitCode: 1,
  });
}
