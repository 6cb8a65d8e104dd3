import { systemClock } from '#lib/clock.ts';
import { defineBench, round } from './bench.ts';
import { cpuSeconds, memoryMiB, startStack } from './stack.ts';

/** What the first heartbeat and page need until everything rests. */
const restMs = 15_000;

/** The whole stack as npm start runs it, left alone. */
export default defineBench({
  name: 'idle',
  summary: 'memory and processor time of each process while nothing but the heartbeat happens',
  against: 'nothing: /proc of the stack as npm start runs it, heartbeat and page each minute included',
  seconds: 120,
  run: async ({ seconds, tell, signal }) => {
    await using stack = await startStack({ signal });
    await systemClock.sleep(restMs, signal);
    const processes = await stack.members();
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
  },
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
