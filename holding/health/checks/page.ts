import { stat } from 'node:fs/promises';
import { codeOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { defineCheck, type Finding } from '../check.ts';

const oldMs = 3 * 60_000;
const tooOldMs = 10 * 60_000;

/** Whether the page that the owner sees is drawn anew each minute. */
export default defineCheck({
  id: 'page',
  name: { en: 'Status page', nl: 'Statuspagina' },
  group: 'daemons',
  everyMs: 60_000,
  timeoutMs: 5000,
  headline: {
    degraded: { en: 'The status page is old', nl: 'De statuspagina is oud' },
    down: { en: 'The status page is no longer drawn', nl: 'De statuspagina wordt niet meer getekend' },
  },
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
  if (ageMs === null) {
    return { status: 'unknown', reason: { en: 'It was never drawn yet', nl: 'Hij is nog nooit getekend' } };
  }
  if (ageMs > tooOldMs) return { status: 'fail', reason: notDrawnFor(10) };
  if (ageMs > oldMs) return { status: 'warn', reason: notDrawnFor(3) };
  return {
    status: 'ok',
    reason: { en: 'Drawn within the last 3 minutes', nl: 'In de laatste 3 minuten nog getekend' },
  };
}

function notDrawnFor(minutes: number): Words {
  return { en: `Not drawn for more than ${minutes} minutes`, nl: `Al meer dan ${minutes} minuten niet getekend` };
}
