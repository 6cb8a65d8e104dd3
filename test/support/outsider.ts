import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '#lib/paths.ts';

/** How a program ended, and what it said. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, in this environment and what is added to it. */
export async function runProgram(file: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const started = performance.now();
  const env = { ...process.env, NO_COLOR: '1', ...options.env };
  return await new Promise((resolve) => {
    const child = execFile(file, args, { cwd: options.cwd ?? root, env, maxBuffer: 2 ** 24 }, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode, stdout, stderr, ms: performance.now() - started }),
    );
  });
}

/** A temporary folder that goes with its test; its name has a space, for owners' folders have one too. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'omega outsider '));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Copies what git would deliver, with what is not committed yet, as a fresh clone without packages. */
export function cloneInto(folder: string): string {
  const clone = join(folder, 'my clone');
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const name of list
    .toString()
    .split('\0')
    .filter((path) => path !== '')) {
    cpSync(join(root, name), join(clone, name), { recursive: true, force: true, errorOnExist: false });
  }
  return clone;
}

/** The system's folders alone; a `node` before them that says it is old, as on a stable Debian, and npm unless not. */
export function oldPath(folder: string, { npm = true } = {}): string {
  const bin = join(folder, npm ? 'bin' : 'bin-without-npm');
  mkdirSync(bin);
  const old = `#!/bin/sh\n[ "\${1:-}" = --version ] && { echo v18.20.4; exit; }\nexec '${process.execPath}' "$@"\n`;
  writeFileSync(join(bin, 'node'), old, { mode: 0o755 });
  if (npm) return `${bin}:${dirname(which('npm'))}:/usr/bin:/bin`;
  for (const tool of ['sh', 'dirname', 'sha256sum', 'uname', 'mkdir', 'id']) symlinkSync(which(tool), join(bin, tool));
  return bin;
}

function which(name: string): string {
  return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}
