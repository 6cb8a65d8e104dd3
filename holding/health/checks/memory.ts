import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { codeOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { defineCheck, type Finding } from '../check.ts';
import { readPressure, type Pressure } from '../host/pressure.ts';
import { decimal, joined } from '../views/wording.ts';

const lowShare = 0.1;
const tooLowShare = 0.04;
/** Percent of the last minute in which all work stood still for want of memory. */
const stallPercent = 10;
const badStallPercent = 40;

const notTold = {
  en: 'The system does not say how much memory is left',
  nl: 'Het systeem zegt niet hoeveel geheugen er over is',
};

/** How much memory there is left, and whether work already waits for it. */
export default defineCheck({
  id: 'memory',
  name: { en: 'RAM', nl: 'Werkgeheugen' },
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  headline: {
    degraded: { en: 'RAM is getting short', nl: 'Het werkgeheugen raakt op' },
    down: { en: 'RAM has run out', nl: 'Het werkgeheugen is op' },
  },
  run: async () => judgeMemory({ ...(await readMemory()), pressure: await readPressure('memory') }),
});

async function readMemory(): Promise<{ availableBytes: number; totalBytes: number }> {
  try {
    const text = await readFile('/proc/meminfo', 'utf8');
    const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
    return { availableBytes: kib('MemAvailable') * 1024, totalBytes: kib('MemTotal') * 1024 };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return { availableBytes: freemem(), totalBytes: totalmem() }; // No Linux: close enough.
  }
}

/** Available is what programs can still get, caches that can go included. */
export function judgeMemory(memory: {
  readonly availableBytes: number;
  readonly totalBytes: number;
  readonly pressure: Pressure | null;
}): Finding {
  const { availableBytes, totalBytes, pressure } = memory;
  const share = availableBytes / totalBytes;
  if (!Number.isFinite(share)) return { status: 'unknown', reason: notTold };
  const stalled = pressure?.full ?? 0;
  const left = leftWords(Math.floor(share * 100), totalBytes);
  const reason = stalled > stallPercent ? joined([left, stallWords(Math.round(stalled))], '; ') : left;
  if (share < tooLowShare || stalled > badStallPercent) return { status: 'fail', reason };
  return { status: share < lowShare || stalled > stallPercent ? 'warn' : 'ok', reason };
}

function leftWords(percent: number, totalBytes: number): Words {
  const total = decimal(totalBytes / 2 ** 30, 1);
  return { en: `${percent} % of ${total.en} GiB available`, nl: `${percent} % van ${total.nl} GiB beschikbaar` };
}

function stallWords(percent: number): Words {
  return {
    en: `work stood still for ${percent} % of the last minute`,
    nl: `werk stond ${percent} % van de laatste minuut stil`,
  };
}
