import { execFile } from 'node:child_process';
import { access, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
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

/** Of builds all but the last used; of what a killed start left unfinished all that nobody can be at any more. */
async function removeFormer(folder: string): Promise<void> {
  const found = (await Promise.all((await readdir(folder)).map((name) => ageOf(join(folder, name))))).flat();
  const [left, whole] = [found.filter(isUnfinished), found.filter((one) => !isUnfinished(one))];
  const former = whole.toSorted((one, other) => one.ageMs - other.ageMs).slice(buildsKept);
  const forgotten = left.filter(({ ageMs }) => ageMs > 2 * buildTimeoutMs);
  await Promise.all([...former, ...forgotten].map(({ path }) => rm(path, { recursive: true, force: true })));
}

interface Found {
  readonly path: string;
  /** Since it was last used, in milliseconds. */
  readonly ageMs: number;
}

/** Nothing where another start has moved or removed it meanwhile. */
async function ageOf(path: string): Promise<readonly Found[]> {
  try {
    return [{ path, ageMs: systemClock.now() - (await stat(path)).mtimeMs }];
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A build has the bare hash as its name; on the way to it a process and a number stand behind that. */
function isUnfinished({ path }: Found): boolean {
  return basename(path).includes('.');
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
