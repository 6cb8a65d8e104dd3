import { systemClock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { childrenOf } from '#ops/children.ts';
import { isAlive, lockOwner } from '#ops/lock.ts';
import { isUnitUp, stopUnit, unitName } from '#ops/systemd.ts';
import { printJson, runCommand } from './command.ts';
import { runningServices } from './running.ts';
import { readPlace } from './settings.ts';

const patienceMs = 25_000;
/** After KILL the kernel needs a moment. */
const killPatienceMs = 3000;

await runCommand({
  name: 'npm run stop',
  summary: 'ends Omega in an orderly way; queues and their jobs stay as they are',
  help: [
    ['npm run stop', 'asks it to end, waits 25 s, then kills it; says what it ended'],
    ['npm run stop -- --json', 'what it ended, as one object'],
  ],
  // --from-unit: systemd itself is stopping the unit and has asked us, so systemd is not asked again.
  options: { json: { type: 'boolean' }, 'from-unit': { type: 'boolean' } },
  run: async ({ values, signal }) => {
    const { paths } = readPlace();
    const ended = await stop(paths, { fromUnit: values['from-unit'] === true, signal });
    if (values.json === true) printJson(ended);
    else process.stdout.write(`${inWords(ended)}\n`);
  },
});

interface Ended {
  /** Null: nothing ran. */
  readonly supervisor: number | null;
  readonly services: readonly string[];
  readonly how: 'nothing ran' | 'systemd' | 'asked' | 'killed';
  readonly ms: number;
}

async function stop(
  paths: DataPaths,
  { fromUnit, signal }: { fromUnit: boolean; signal: AbortSignal },
): Promise<Ended> {
  const began = performance.now();
  const viaUnit = !fromUnit && (await isUnitUp());
  const owner = lockOwner(paths);
  if (owner === null && !viaUnit) return { supervisor: null, services: [], how: 'nothing ran', ms: 0 };
  if (owner?.byUnit === true && !viaUnit && !fromUnit) throw unreachableUnit();
  // A supervisor that hangs tells nothing of its children: the kernel does.
  const services = (await runningServices(paths, signal)) ?? childrenOf(owner?.pid ?? null);
  if (viaUnit) await stopUnit();
  const pids = [owner?.pid ?? null, ...services.map(({ pid }) => pid)];
  const how = await end(paths, pids, signal);
  requireNothingLeft(paths, pids);
  const names = services.filter(({ pid }) => pid !== null).map(({ name }) => name);
  return {
    supervisor: owner?.pid ?? null,
    services: names,
    how: viaUnit && how === 'asked' ? 'systemd' : how,
    ms: Math.round(performance.now() - began),
  };
}

function unreachableUnit(): OmegaError {
  return new OmegaError('systemd runs Omega and would start it again, and systemd cannot be reached from here.', {
    code: 'E_SYSTEMD',
    hint: `As the user who owns it, type: systemctl --user stop ${unitName}`,
  });
}

async function end(
  paths: DataPaths,
  pids: readonly (number | null)[],
  signal: AbortSignal,
): Promise<'asked' | 'killed'> {
  sendAll([lockOwner(paths)?.pid ?? null], 'SIGTERM');
  if (await areGoneWithin(patienceMs, { paths, pids, signal })) return 'asked';
  sendAll([lockOwner(paths)?.pid ?? null, ...pids.filter(isAlive)], 'SIGKILL');
  await areGoneWithin(killPatienceMs, { paths, pids, signal });
  return 'killed';
}

async function areGoneWithin(
  ms: number,
  { paths, pids, signal }: { paths: DataPaths; pids: readonly (number | null)[]; signal: AbortSignal },
): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (lockOwner(paths) !== null || pids.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await systemClock.sleep(50, signal);
  }
  return true;
}

function sendAll(pids: readonly (number | null)[], signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const pid of pids) {
    try {
      if (pid !== null) process.kill(pid, signal);
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }
}

function requireNothingLeft(paths: DataPaths, pids: readonly (number | null)[]): void {
  const left = pids.filter((pid) => isAlive(pid));
  if (left.length === 0 && lockOwner(paths) === null) return;
  throw new OmegaError(
    `Omega did not end: ${left.length === 0 ? 'its lock is still held' : `left: ${left.join(', ')}`}.`,
    {
      code: 'E_NOT_STOPPED',
      hint: left.length === 0 ? 'npm run status shows who holds it.' : `Look at them with: ps -fp ${left.join(',')}`,
    },
  );
}

function inWords({ how, supervisor, services, ms }: Ended): string {
  if (how === 'nothing ran') return 'Omega was not running here.';
  const list = services.length === 0 ? '' : ` with ${services.join(', ')}`;
  const way = { asked: 'Ended', systemd: 'Ended by systemd', killed: 'KILLED, for it did not end by itself' }[how];
  return `${way}: the supervisor (process ${supervisor})${list}, in ${(ms / 1000).toFixed(1)} s.`;
}
