import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { codeOf } from '#lib/errors.ts';
import { defineCheck, type Finding } from '../check.ts';
import { readPressure, type Pressure } from '../host/pressure.ts';

const lowShare = 0.1;
const tooLowShare = 0.04;
/** Percent of the last minute in which all work stood still for want of memory. */
const stallPercent = 10;
const badStallPercent = 40;

/** How much memory there is left, and whether work already waits for it. */
export default defineCheck({
  id: 'memory',
  name: 'RAM',
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  headline: { degraded: 'RAM is getting short', down: 'RAM has run out' },
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
  if (!Number.isFinite(share)) return { status: 'unknown', reason: 'The system does not say how much memory is left' };
  const stalled = pressure?.full ?? 0;
  const waits = stalled > stallPercent ? `; work stood still for ${Math.round(stalled)} % of the last minute` : '';
  const reason = `${Math.floor(share * 100)} % of ${(totalBytes / 2 ** 30).toFixed(1)} GiB available${waits}`;
  if (share < tooLowShare || stalled > badStallPercent) return { status: 'fail', reason };
  return { status: share < lowShare || stalled > stallPercent ? 'warn' : 'ok', reason };
}
