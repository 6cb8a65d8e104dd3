import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A process as the kernel shows it. */
export interface KernelChild {
  /** The script that it runs, or its program. */
  readonly name: string;
  readonly pid: number;
}

/** Of a source, or of a built program. */
const scriptEnding = /\.[tj]s$/;

/** The children of a process that cannot be asked for them; none where the system has no `/proc`. */
export function childrenOf(parent: number | null): readonly KernelChild[] {
  if (parent === null) return [];
  const pids = listOrNothing('/proc').filter((name) => /^\d+$/.test(name));
  const children = pids.filter((pid) => parentOf(pid) === parent);
  return children.map((pid) => ({ name: nameOf(pid), pid: Number(pid) }));
}

/** The process's own name stands in brackets and may hold anything; after it come its state and its parent. */
function parentOf(pid: string): number {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(parent);
}

/** A script of ours by its file, one of a package by the package. */
function nameOf(pid: string): string {
  const [program = '', ...args] = readOrNothing(`/proc/${pid}/cmdline`).split('\0');
  const [, brought] = args.map((arg) => /\/node_modules\/([^@/]+)\//.exec(arg)).find((found) => found !== null) ?? [];
  if (brought !== undefined) return brought;
  const script = args.find((arg) => scriptEnding.test(arg));
  return basename(script ?? program.split(' ')[0] ?? '').replace(scriptEnding, '');
}

function listOrNothing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // No /proc here.
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // Gone meanwhile.
  }
}
