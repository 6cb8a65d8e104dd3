import { readFile } from 'node:fs/promises';
import { pausedIdsIn } from '#holding/health/own/paused-ids.ts';
import { holdsIn, type Holds } from '#holding/health/store/holds.ts';
import { systemClock } from '#lib/clock.ts';
import { paint, plain, printJson } from './command.ts';
import { requireWords, type Use } from './health-by-hand.ts';
import { inEffect, whenItCounts, whichOf, write } from './health-hold.ts';
import { checksFileOf, readSettings } from './settings.ts';

/** Ends what holds a check back; of all: every hold. What `checks.yaml` pauses by itself stays so, and that is said. */
export async function resume({ words, values, signal }: Use): Promise<void> {
  requireWords('resume', words, 1);
  const settings = readSettings();
  const { paths } = settings;
  const now = systemClock.now();
  const check = await whichOf(words, paths);
  const { ended, left } = await write(paths, (db) => endOf(holdsIn(db), check, now));
  const file = checksFileOf(settings);
  const pausedInFile = (await pausedIn(file)).filter((id) => check === null || id === check);
  const at = await whenItCounts(paths, signal);
  if (values.json) return printJson({ check, ended, stillHeldByAll: left, pausedInFile, at });
  const [first] = pausedInFile;
  process.stdout.write(endedInWords({ check, ended, at, isPaused: first !== undefined }));
  if (left > 0) process.stdout.write('  It is still held back with all the others → npm run health -- resume all\n');
  if (first === undefined) return;
  const which = pausedInFile.length === 1 ? first : `${first} and ${pausedInFile.length - 1} more`;
  process.stdout.write(`${paint('yellow', '!')} The file of your checks itself pauses ${which}.\n`);
  process.stdout.write(`  → Remove "paused: true" there: ${plain(file)}\n`);
}

function endOf(holds: Holds, check: string | null, now: number): { ended: number; left: number } {
  const held = holds.from(now);
  const which = check === null ? new Set([null, ...held.map((one) => one.check)]) : [check];
  const ended = [...which].reduce((sum, one) => sum + holds.end({ check: one }, now), 0);
  return { ended, left: check === null ? 0 : held.filter((one) => one.check === null).length };
}

/** The ids of the checks that the file of the owner's checks pauses by itself. */
async function pausedIn(file: string): Promise<readonly string[]> {
  try {
    return pausedIdsIn(await readFile(file, 'utf8'));
  } catch {
    return []; // Most owners have none; what is wrong with one, whoever watches tells.
  }
}

interface Resumed {
  readonly check: string | null;
  readonly ended: number;
  readonly at: Parameters<typeof inEffect>[0];
  readonly isPaused: boolean;
}

/** Nothing where it is paused and not by hand: what is said of that is the answer. */
function endedInWords({ check, ended, at, isPaused }: Resumed): string {
  if (ended === 0) return isPaused ? '' : `Nothing held ${check === null ? 'anything' : plain(check)} back.\n`;
  const name = plain(check ?? 'all');
  const done = isPaused && check !== null ? `Your hold on ${name} has ended` : `${name} goes on`;
  return `${paint('green', '✓')} ${done}. ${inEffect(at)}\n`;
}
