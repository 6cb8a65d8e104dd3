import { stat } from 'node:fs/promises';
import { codeOf } from '#lib/errors.ts';
import { defineCheck, type Finding } from '../check.ts';

const oldMs = 3 * 60_000;
const tooOldMs = 10 * 60_000;

/** Whether the page that the owner sees is drawn anew each minute. */
export default defineCheck({
  id: 'page',
  name: 'Status page',
  group: 'daemons',
  everyMs: 60_000,
  timeoutMs: 5000,
  headline: { degraded: 'The status page is old', down: 'The status page is no longer drawn' },
  run: async ({ probes, clock }) => judgePage(await ageOf(probes.page, clock.now())),
});

/** Null: it was never drawn. */
async function ageOf(path: string, now: number): Promise<number | null> {
  try {
    const { mtimeMs } = await stat(path);
    return now - mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** What an age in milliseconds means. */
export function judgePage(ageMs: number | null): Finding {
  if (ageMs === null) return { status: 'unknown', reason: 'It was never drawn yet' };
  if (ageMs > tooOldMs) return { status: 'fail', reason: 'Not drawn for more than 10 minutes' };
  if (ageMs > oldMs) return { status: 'warn', reason: 'Not drawn for more than 3 minutes' };
  return { status: 'ok', reason: 'Drawn within the last 3 minutes' };
}
