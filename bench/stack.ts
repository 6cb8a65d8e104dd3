import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { dataPaths, nodeLauncher, root, type DataPaths } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';

/** Clock ticks of the kernel in a second, as `/proc/<pid>/stat` counts them. */
const ticksPerSecond = 100;
/** What a cold start with its first page may take. */
const startMs = 120_000;

/** A process of the stack. */
export interface Member {
  readonly name: string;
  readonly pid: number;
}

/** The whole stack as npm start runs it, on a data folder of its own, which goes with it. */
export interface Stack extends AsyncDisposable {
  readonly paths: DataPaths;
  /** The supervisor and its children, as they are now. */
  readonly members: () => Promise<readonly Member[]>;
  readonly member: (name: string) => Promise<Member>;
}

/** Starts it and waits for its first heartbeat. `checks`: what stands in the owner's checks.yaml. */
export async function startStack({ signal, checks }: { signal: AbortSignal; checks?: string }): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'omega-bench-'));
  const paths = dataPaths({ dataDir: folder });
  if (checks !== undefined) await writeFile(paths.checks, checks);
  const omega = spawn('sh', [nodeLauncher, join(root, 'scripts', 'start.ts')], {
    stdio: 'ignore',
    env: { ...process.env, OMEGA_DATA_DIR: folder },
  });
  const stop = async (): Promise<void> => {
    if (omega.exitCode === null && omega.signalCode === null) {
      omega.kill('SIGTERM');
      await once(omega, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await firstHeartbeat(paths.snapshot, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const control = createControlClient(paths.controlSocket);
  const members = async (): Promise<readonly Member[]> => [
    { name: 'supervisor', pid: omega.pid ?? 0 },
    ...(await control.services(signal)).map(({ name, pid }) => ({ name, pid: pid ?? 0 })),
  ];
  return {
    paths,
    members,
    member: async (name) => {
      const found = (await members()).find((one) => one.name === name);
      if (found !== undefined) return found;
      throw new OmegaError(`There is no ${name} in the stack.`, { code: 'E_BENCH', hint: 'npm start says why.' });
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function firstHeartbeat(snapshot: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    try {
      await readFile(snapshot);
      return;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      await systemClock.sleep(200, signal);
    }
  }
  throw new OmegaError('Omega did not come to its first heartbeat.', { code: 'E_BENCH', hint: 'npm start says why.' });
}

/** Processor time that a process used so far: fields 14 and 15 of stat, counted behind the command's closing bracket. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

const Rollup = z.object({ rss: z.coerce.number(), pss: z.coerce.number() });

/** What a process holds in memory: resident, and its own share of what it has in common with others. */
export async function memoryMiB(pid: number): Promise<z.infer<typeof Rollup>> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  const { rss, pss } = Rollup.parse({ rss: field('Rss'), pss: field('Pss') });
  return { rss: rss / 1024, pss: pss / 1024 };
}
