import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { dataPaths, nodeLauncher, root } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import { defineBench, round } from './bench.ts';

/** Clock ticks of the kernel in a second, as `/proc/<pid>/stat` counts them. */
const ticksPerSecond = 100;
/** What a cold start with its first page may take. */
const startMs = 120_000;
/** What the first heartbeat and page need until everything rests. */
const restMs = 15_000;

/** The whole stack as npm start runs it, left alone. */
export default defineBench({
  name: 'idle',
  summary: 'memory and processor time of each process while nothing but the heartbeat happens',
  against: 'nothing: /proc of the stack as npm start runs it, heartbeat and page each minute included',
  seconds: 120,
  run: async ({ seconds, tell, signal }) => {
    const folder = await mkdtemp(join(tmpdir(), 'omega-idle-'));
    const omega = spawn('sh', [nodeLauncher, join(root, 'scripts', 'start.ts')], {
      stdio: 'ignore',
      env: { ...process.env, OMEGA_DATA_DIR: folder },
    });
    try {
      const control = createControlClient(dataPaths({ dataDir: folder }).controlSocket);
      await firstHeartbeat(join(folder, 'snapshot.json'), signal);
      await systemClock.sleep(restMs, signal);
      const services = await control.services(signal);
      const processes = [
        { name: 'supervisor', pid: omega.pid ?? 0 },
        ...services.map(({ name, pid }) => ({ name, pid: pid ?? 0 })),
      ];
      const before = await Promise.all(processes.map(({ pid }) => cpuSeconds(pid)));
      await systemClock.sleep(seconds * 1000, signal);
      const after = await Promise.all(processes.map(({ pid }) => cpuSeconds(pid)));
      const memory = await Promise.all(processes.map(({ pid }) => memoryMiB(pid)));
      const cpu = after.map((value, index) => ((value - (before[index] ?? 0)) / seconds) * 100);
      processes.forEach(({ name }, index) =>
        tell(
          `${name}: ${round(memory[index]?.rss ?? 0, 0)} MiB resident, ${round(memory[index]?.pss ?? 0, 0)} MiB of its own share, ${round(cpu[index] ?? 0)} % of a core`,
        ),
      );
      const worker = processes.findIndex(({ name }) => name === 'worker');
      return {
        workerRssMiB: round(memory[worker]?.rss ?? Number.NaN, 1),
        stackPssMiB: round(sum(memory.map(({ pss }) => pss)), 1),
        cpuPercent: round(sum(cpu)),
        workerCpuPercent: round(cpu[worker] ?? Number.NaN),
        processes: processes.length,
      };
    } finally {
      if (omega.exitCode === null) {
        omega.kill('SIGTERM');
        await once(omega, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    }
  },
});

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

/** Fields 14 and 15 of stat, counted behind the command's closing bracket. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

const Rollup = z.object({ rss: z.coerce.number(), pss: z.coerce.number() });

async function memoryMiB(pid: number): Promise<z.infer<typeof Rollup>> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  const { rss, pss } = Rollup.parse({ rss: field('Rss'), pss: field('Pss') });
  return { rss: rss / 1024, pss: pss / 1024 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
