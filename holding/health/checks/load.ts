import { availableParallelism, loadavg } from 'node:os';
import type { Words } from '#lib/language.ts';
import { defineCheck, type Finding } from '../check.ts';
import { readPressure, type Pressure } from '../host/pressure.ts';
import { decimal, joined } from '../views/wording.ts';

const highPerCore = 2;
const tooHighPerCore = 8;
/** Percent of the last minute in which some work waited for a core. */
const waitPercent = 80;

const notTold = { en: 'The system does not say how busy it is', nl: 'Het systeem zegt niet hoe druk het is' };

/** Whether the cores keep up: the load of the last five minutes, and how much work waits now. */
export default defineCheck({
  id: 'load',
  name: { en: 'Load', nl: 'Belasting' },
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  headline: {
    degraded: { en: 'The machine is busy', nl: 'De machine is druk' },
    down: { en: 'The machine is swamped', nl: 'De machine is overbelast' },
  },
  run: async () => {
    const [, fiveMinutes = Number.NaN] = loadavg();
    return judgeLoad({ perCore: fiveMinutes / availableParallelism(), pressure: await readPressure('cpu') });
  },
});

/** Load over five minutes for each core; 1 is busy all the time. */
export function judgeLoad({ perCore, pressure }: { perCore: number; pressure: Pressure | null }): Finding {
  if (!Number.isFinite(perCore)) return { status: 'unknown', reason: notTold };
  const waited = pressure?.some ?? 0;
  const load = decimal(perCore, 1);
  const parts = [
    { en: `${load.en} per core over five minutes`, nl: `${load.nl} per kern over vijf minuten` },
    ...(waited > waitPercent ? [waitWords(Math.round(waited))] : []),
  ];
  const reason = joined(parts, '; ');
  if (perCore >= tooHighPerCore) return { status: 'fail', reason };
  return { status: perCore >= highPerCore || waited > waitPercent ? 'warn' : 'ok', reason };
}

function waitWords(percent: number): Words {
  return {
    en: `work waited for a core ${percent} % of the last minute`,
    nl: `werk wachtte ${percent} % van de laatste minuut op een kern`,
  };
}
