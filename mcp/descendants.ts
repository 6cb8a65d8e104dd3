import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { codeOf } from '#lib/errors.ts';

/** Stands in the environment of each server's process, and so in that of all that it starts. */
export const runVariable = 'OMEGA_MCP_RUN';

/** So often what carries a tag is looked for again: a process may fork while it is being ended. */
const longestHunt = 10;

/** When a process started, in the kernel's ticks since boot; null: it is gone, or this system has no /proc. */
export function startTicksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything, spaces and parentheses too; field 3 comes after the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Signals a process group; nothing where it is empty. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  signal(-pid, name);
}

/**
 * Ends every process that carries one of these runs in its environment, wherever it went: `setsid` leaves the group,
 * not the environment. Resolves to how many. Where there is no /proc it finds none, and the group is all that is ended;
 * a process that wiped its environment is not found either.
 */
export async function endRuns(runs: ReadonlySet<string>): Promise<number> {
  const ended = new Set<number>();
  for (let hunt = 0; hunt < longestHunt; hunt += 1) {
    const found = await processesOf(runs);
    if (found.length === 0) break;
    for (const pid of found) {
      ended.add(pid);
      signal(pid, 'SIGKILL');
    }
  }
  return ended.size;
}

async function processesOf(runs: ReadonlySet<string>): Promise<number[]> {
  const pids = (await entriesOf('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const carries = await Promise.all(pids.map((pid) => carriesRun(pid, runs)));
  return pids.filter((pid, index) => carries[index] === true && pid !== process.pid);
}

/** Where it cannot be read, as without /proc, the group is all that can be ended: no reason to end ourselves. */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

/** The environment is read as the process was started; one that has ended has none, and a stranger's cannot be read. */
async function carriesRun(pid: number, runs: ReadonlySet<string>): Promise<boolean> {
  try {
    const entries = (await readFile(`/proc/${pid}/environ`, 'latin1')).split('\0');
    const own = entries.find((entry) => entry.startsWith(`${runVariable}=`));
    return own !== undefined && runs.has(own.slice(runVariable.length + 1));
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes(codeOf(error) ?? '')) throw error; // Gone, as Linux and macOS put it.
  }
}
