import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '#lib/errors.ts';

const run = promisify(execFile);

const aptTimeoutMs = 180_000;

/** apt with its state in a folder of ours: works for any user, and touches nothing of the system's. */
export class Apt {
  readonly signal: AbortSignal;
  readonly unpacked: string;
  readonly #folder: string;
  #options: readonly string[];

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.signal = signal;
    this.unpacked = join(folder, 'root');
    const settings = [
      `Dir::Cache=${join(folder, 'cache')}`,
      'APT::Sandbox::User=', // As root, apt would hand the download to a user who cannot write in our folder.
      'Acquire::Languages=none',
      'Acquire::Retries=2',
      'Debug::NoLocking=1',
    ];
    this.#options = settings.flatMap((setting) => ['-o', setting]);
  }

  /** From here on with fresh lists of its own; a source of the owner's that fails does not matter here. */
  async update(): Promise<void> {
    const lists = join(this.#folder, 'state', 'lists');
    this.#options = [...this.#options, '-o', `Dir::State=${join(this.#folder, 'state')}`];
    await mkdir(join(lists, 'partial'), { recursive: true });
    const fault = await this.#run('apt-get', ['update']).then(() => null, lastAptError);
    this.signal.throwIfAborted();
    const loaded = (await readdir(lists)).some((name) => name.includes('_Packages'));
    if (!loaded) throw new Error(fault ?? 'apt could not load its package lists; is this machine on the internet?');
  }

  /** Downloads these packages and adds their files to `unpacked`; apt itself proves the signatures. */
  async unpack(packages: readonly string[]): Promise<void> {
    const cwd = join(this.#folder, 'packages');
    await rm(cwd, { recursive: true, force: true });
    await mkdir(cwd);
    await this.#run('apt-get', ['download', ...packages], cwd);
    for (const file of await readdir(cwd)) {
      await run('dpkg-deb', ['-x', file, this.unpacked], { cwd, signal: this.signal });
    }
  }

  /** The packages that these need and that the machine lacks. */
  async uninstalledDependencies(packages: readonly string[]): Promise<string[]> {
    const output = await this.#run('apt-cache', ['depends', '--important', ...packages]);
    const names = [...output.matchAll(/^\s*\|?(?:Pre)?Depends: ([a-z0-9][^\s:<]*)/gm)].map(([, name]) => name ?? '');
    const installed = await Promise.all(names.map((name) => isInstalled(name)));
    return names.filter((_, index) => !installed[index]);
  }

  async #run(file: string, args: readonly string[], cwd = this.#folder): Promise<string> {
    await mkdir(join(this.#folder, 'cache', 'archives', 'partial'), { recursive: true });
    const { stdout } = await run('env', ['LC_ALL=C', file, ...this.#options, ...args], {
      cwd,
      signal: this.signal,
      timeout: aptTimeoutMs,
    });
    return stdout;
  }
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    const { stdout } = await run('dpkg-query', ['-W', '-f=${db:Status-Status}', name]);
    return stdout === 'installed';
  } catch {
    return false; // dpkg-query fails for a name that it never heard of.
  }
}

/** apt says why on the last line of its errors, after many lines of progress. */
export function lastAptError(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const reason = stderr.split('\n').findLast((line) => line.startsWith('E: '));
  return reason?.slice(3) ?? messageOf(error);
}
