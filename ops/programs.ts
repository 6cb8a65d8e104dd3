import { execFile } from 'node:child_process';
import { access, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { dotenvHandedOn } from '#lib/given.ts';
import { root } from '#lib/paths.ts';
import { smallHeap, smallMalloc, type ServiceCommand, type ServiceSettings } from './service.ts';

/** The services that are Omega's own code: each is a file of this name in `scripts/`. */
export const programNames = ['edge', 'worker', 'bridge'] as const;
export type ProgramName = (typeof programNames)[number];

/** A folder for each state of the sources that was built. */
export const builtPrograms = join(root, '.runtime', 'programs');

/** A worker reads parts of its program late: what one may still run from is not removed. */
const buildsKept = 3;
const buildTimeoutMs = 120_000;

/** How one of Omega's own programs is started: built, and held to little memory. */
export function runProgram(name: ProgramName, { paths, programs }: ServiceSettings): ServiceCommand {
  return {
    file: process.execPath,
    args: [...smallHeap, ...process.execArgv, join(programs, `${name}.js`)],
    env: { ...smallMalloc, [dotenvHandedOn]: paths.startedDotenv },
  };
}

export interface BuildOptions {
  /** Says of which sources: the name of its folder. */
  readonly hash: string;
  /** Where the builds lie. */
  readonly to?: string;
  readonly signal?: AbortSignal;
}

export interface BuiltPrograms {
  /** What {@link runProgram} starts from. */
  readonly folder: string;
  /** False where there was such a build. */
  readonly isNew: boolean;
}

/**
 * Joins each program and the packages that it uses into a few files, once for each state of the sources: started from
 * them a process holds a fifth less memory than with the thousand files that they come from.
 * @throws OmegaError `E_PROGRAMS` with what the bundler said; former builds are then untouched.
 */
export async function buildPrograms({ hash, to = builtPrograms, signal }: BuildOptions): Promise<BuiltPrograms> {
  const folder = join(to, hash);
  const isNew = !(await exists(folder));
  if (isNew) await build(folder, signal);
  const now = systemClock.now() / 1000;
  await utimes(folder, now, now); // The order in which builds were last used.
  if (isNew) await removeFormer(to);
  return { folder, isNew };
}

/** Beside its place and then moved there, so that what is there is whole; another start may have been quicker. */
async function build(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const fresh = `${folder}.${process.pid}.${crypto.randomUUID().slice(0, 8)}`;
  try {
    await runBundler(fresh, signal);
    await rename(fresh, folder);
  } catch (error) {
    signal?.throwIfAborted();
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw buildError(error);
  } finally {
    await rm(fresh, { recursive: true, force: true }).catch(() => {}); // A file stands in the way: the error says so.
  }
}

/** In a process of its own, whose memory is freed at its end; its environment holds no secret of the owner's. */
async function runBundler(outDir: string, signal: AbortSignal | undefined): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'ops', 'programs-process.ts'), outDir], {
    cwd: root,
    env: { NODE_ENV: 'production' },
    timeout: buildTimeoutMs,
    killSignal: 'SIGKILL',
    ...(signal === undefined ? {} : { signal }),
  });
}

async function removeFormer(folder: string): Promise<void> {
  const names = await readdir(folder);
  const builds = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), usedAt: (await stat(join(folder, name))).mtimeMs })),
  );
  const former = builds.toSorted((one, other) => other.usedAt - one.usedAt).slice(buildsKept);
  await Promise.all(former.map(({ path }) => rm(path, { recursive: true, force: true })));
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function buildError(cause: unknown): OmegaError {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
  return new OmegaError(`Omega's programs could not be built: ${said || String(cause)}`, {
    code: 'E_PROGRAMS',
    hint: `Mend what it names (disk full? sources changed? ${builtPrograms} not yours?), then start again.`,
  });
}
