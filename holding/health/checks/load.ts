import { availableParallelism, loadavg } from 'node:os';
import { defineCheck, type Finding } from '../check.ts';
import { readPressure, type Pressure } from '../host/pressure.ts';

const highPerCore = 2;
const tooHighPerCore = 8;
/** Percent of the last minute in which some work waited for a core. */
const waitPercent = 80;

/** Whether the cores keep up: the load of the last five minutes, and how much work waits now. */
export default defineCheck({
  id: 'load',
  name: 'Load',
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  headline: { degraded: 'The machine is busy', down: 'The machine is swamped' },
  run: async () => {
    const [, fiveMinutes = Number.NaN] = loadavg();
    return judgeLoad({ perCore: fiveMinutes / availableParallelism(), pressure: await readPressure('cpu') });
  },
});

/** Load over five minutes for each core; 1 is busy all the time. */
export function judgeLoad({ perCore, pressure }: { perCore: number; pressure: Pressure | null }): Finding {
  if (!Number.isFinite(perCore)) return { status: 'unknown', reason: 'The system does not say how busy it is' };
  const waited = pressure?.some ?? 0;
  const waits = waited > waitPercent ? `; work waited for a core ${Math.round(waited)} % of the last minute` : '';
  const reason = `${perCore.toFixed(1)} per core over five minutes${waits}`;
  if (perCore >= tooHighPerCore) return { status: 'fail', reason };
  return { status: perCore >= highPerCore || waited > waitPercent ? 'warn' : 'ok', reason };
}
