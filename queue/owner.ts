import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names this process as `host:bootId:pid:starttime`, which no later process on this machine can bear again, so that
 * another one can tell whether it still lives.
 */
export function ownerName(pid = process.pid): string {
  return [hostname(), bootId(), pid, startTime(pid) ?? '-'].join(':');
}

/** True only where the named process ran on this very host and is surely gone. */
export function isDeadHere(name: string): boolean {
  const [host, boot, pid, started] = name.split(':');
  if (host !== hostname() || boot === undefined || pid === undefined) return false;
  if (boot !== bootId()) return true;
  return startTime(Number(pid)) !== started;
}

function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id') ?? 'unknown';
}

/** Ticks since boot at which a process started: field 22, counted behind the command's closing bracket. Null: no such process. */
function startTime(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === null) return isAlive(pid) ? '-' : null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}

/** For systems without /proc, where a pid is all there is to go by. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH is the answer; a process of another user is not one of ours.
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null; // No /proc here, or no such process: the caller knows what that means.
  }
}
