import { readFile } from 'node:fs/promises';
import { codeOf } from '#lib/errors.ts';

/** Shares of time, in percent, in which some or all work waited: `avg60` of Linux' pressure stall information. */
export interface Pressure {
  readonly some: number;
  readonly full: number;
}

/** Null where the kernel does not tell: before 4.20, or with `psi=0`. */
export async function readPressure(resource: 'cpu' | 'memory'): Promise<Pressure | null> {
  try {
    return parsePressure(await readFile(`/proc/pressure/${resource}`, 'utf8'));
  } catch (error) {
    if (['ENOENT', 'EOPNOTSUPP', 'ENOTSUP', 'EACCES'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

/** Reads lines such as `some avg10=0.00 avg60=0.12 avg300=0.50 total=123`. */
export function parsePressure(text: string): Pressure {
  const average = (kind: string): number => Number(new RegExp(`^${kind} .*avg60=([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  return { some: average('some'), full: average('full') };
}
