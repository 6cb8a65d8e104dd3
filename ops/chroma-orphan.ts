import { readdirSync, readFileSync } from 'node:fs';
import { systemClock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { isAlive } from './lock.ts';

const termPatienceMs = 5000;
const killPatienceMs = 5000;

/**
 * Ends every Chroma that writes in this folder: two would spoil the same files. One may be left by a supervisor that
 * was killed where the kernel does not end children with it. It is known by its own command line, which says the
 * folder; where the system has no `/proc`, none is found.
 * @throws OmegaError `E_CHROMA_ORPHAN` where one does not end.
 */
export async function endChromaOrphans(folder: string): Promise<void> {
  for (const pid of chromasIn(folder)) {
    const isGone = (await endBy(pid, 'SIGTERM', termPatienceMs)) || (await endBy(pid, 'SIGKILL', killPatienceMs));
    if (!isGone) throw orphan(pid, folder);
  }
}

function chromasIn(folder: string): number[] {
  return numbersIn('/proc').filter((pid) => {
    const words = wordsOf(pid);
    const at = words.indexOf('--path');
    return at > 1 && words[at - 1] === 'run' && words[at + 1] === folder && pid !== process.pid;
  });
}

async function endBy(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error; // Somebody else's: it cannot be ended, and may not be overlooked.
  }
  const deadline = performance.now() + patienceMs;
  while (isAlive(pid) && performance.now() < deadline) await systemClock.sleep(10);
  return !isAlive(pid);
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return []; // No /proc here.
  }
}

function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // Gone meanwhile, or hidden: somebody else's.
  }
}

function orphan(pid: number, folder: string): OmegaError {
  return new OmegaError(`Another Chroma (process ${pid}) writes in ${folder} and does not end.`, {
    code: 'E_CHROMA_ORPHAN',
    hint: `End it: kill -9 ${pid}.`,
  });
}
