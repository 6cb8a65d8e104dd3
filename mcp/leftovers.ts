import type { SpawnedServer } from './connect.ts';
import { endRuns, signalGroup, startTicksOf } from './descendants.ts';

/**
 * Ends the server processes that a dead Omega left, and what they started; resolves to how many were found. A pid is
 * believed only together with its start time, for it may be another process's by now; all else is found by its run.
 */
export async function reapLeftovers(recorded: readonly SpawnedServer[]): Promise<number> {
  const alive = recorded.filter(({ pid, startTicks }) => pid > 1 && startTicksOf(pid) === startTicks);
  for (const { pid } of alive) signalGroup(pid, 'SIGKILL');
  const strays = await endRuns(new Set(recorded.map(({ run }) => run)));
  return alive.length + strays;
}
