import type { DatabaseSync } from 'node:sqlite';
import { Temporal } from 'temporal-polyfill';
import { nextMorning } from '#holding/health/alerts/quiet.ts';
import { explained, openBeside } from '#holding/health/store/database.ts';
import { holdsIn, type Hold } from '#holding/health/store/holds.ts';
import { systemClock } from '#lib/clock.ts';
import type { Env } from '#lib/env.ts';
import { OmegaError, usageError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import { transact } from '#lib/sqlite.ts';
import { ringBell } from './bell.ts';
import { plain, printJson } from './command.ts';
import { parseDuration } from './duration.ts';
import { knownChecks, requireKnown, requireWords, type Use } from './health-by-hand.ts';
import { holdInWords } from './health-list.ts';
import { runningServices } from './running.ts';
import { readSettings } from './settings.ts';

const verbs = { paused: 'pause', maintenance: 'maintenance', snoozed: 'snooze' } as const;
/** A snooze for ever is a pause that nobody remembers. */
const usualSnoozeMs = 60 * 60_000;
const longestWhy = 200;

/** The verb that holds a check back in this way, or all of them. */
export function hold(kind: Hold['kind']): (use: Use) => Promise<void> {
  return async ({ words, values, signal }) => {
    requireWords(verbs[kind], words, 1);
    const { env, paths } = readSettings();
    const now = systemClock.now();
    const check = await whichOf(words, paths);
    const one: Hold = { check, kind, ...spanOf(values, { kind, now, env }), why: reasonOf(values.why) };
    await write(paths, (db) => holdsIn(db).add(one));
    const at = await whenItCounts(paths, signal);
    if (values.json) return printJson({ ...one, at });
    process.stdout.write(
      `${holdInWords(one, now)}\n  ${inEffect(at)} Back: npm run health -- resume ${check ?? 'all'}\n`,
    );
  };
}

/** The check that is meant; null: all of them. @throws OmegaError, exit code 2, where there is none of that id. */
export async function whichOf([id = '']: readonly string[], paths: DataPaths): Promise<string | null> {
  const known = await knownChecks(paths);
  if (id === 'all' && known.length > 0) return null;
  requireKnown(id, known);
  return id;
}

function spanOf(
  { for: length, until, from }: Use['values'],
  { kind, now, env }: { kind: Hold['kind']; now: number; env: Env },
): Pick<Hold, 'from' | 'until'> {
  if (length !== undefined && until !== undefined)
    throw usageError('--for and --until are two ends of the same; write one.');
  const begins = from === undefined ? now : toTime(from, { option: 'from', now, env });
  const ends = until === undefined ? endAfter(length, { kind, begins }) : toTime(until, { option: 'until', now, env });
  if (ends !== null && ends <= Math.max(begins, now))
    throw usageError('It would end before it begins.', 'Write a later --until, or --for 2h.');
  return { from: begins, until: ends };
}

function endAfter(length: string | undefined, { kind, begins }: { kind: Hold['kind']; begins: number }): number | null {
  if (length === undefined) return kind === 'snoozed' ? begins + usualSnoozeMs : null;
  const ms = parseDuration(length);
  if (ms === null || ms === 0 || ms > 10 * 365 * 86_400_000)
    throw usageError(`--for ${plain(length)} is no length of time.`, 'Write one as 30m, 2h or 3d.');
  return begins + ms;
}

/** A time of the owner's clock, as `2026-11-24T08:00`; `morning` is the next one. */
function toTime(text: string, { option, now, env }: { option: string; now: number; env: Env }): number {
  if (text === 'morning') return nextMorning(now, env);
  try {
    const local = Temporal.PlainDateTime.from(text.includes(':') ? text : `${text}T00:00`);
    return local.toZonedDateTime(env.timezone).epochMilliseconds;
  } catch {
    const hint = `Write one as 2026-11-24T08:00, on the clock of ${env.timezone}, or morning.`;
    throw usageError(`--${option} ${plain(text)} is no time.`, hint);
  }
}

function reasonOf(why = ''): string {
  const line = plain(why).replaceAll(/\s+/g, ' ').trim();
  if (line.length <= longestWhy) return line;
  throw usageError(`--why has more than ${longestWhy} characters.`, 'Say it in a sentence.');
}

/** Changes the records of health beside the worker, in one transaction. @throws OmegaError with what SQLite said. */
export async function write<Result>(paths: DataPaths, work: (db: DatabaseSync) => Result): Promise<Result> {
  using db = openBeside(paths.healthDb);
  try {
    return transact(db, () => work(db));
  } catch (error) {
    throw error instanceof OmegaError ? error : explained(paths.healthDb, error);
  }
}

/** Wakes the worker up to what was written, where there is one. */
export async function whenItCounts(paths: DataPaths, signal: AbortSignal): Promise<'now' | 'at the next start'> {
  const services = await runningServices(paths, signal);
  const works = services?.some(({ name, state }) => name === 'worker' && state === 'ready') === true;
  ringBell(paths, silentLog); // Also for a worker without a supervisor; nobody hears it where there is none.
  return works ? 'now' : 'at the next start';
}

/** The same as a sentence. */
export function inEffect(at: 'now' | 'at the next start'): string {
  return at === 'now' ? 'The worker looks at once.' : 'No worker runs: it takes effect at the next start.';
}
