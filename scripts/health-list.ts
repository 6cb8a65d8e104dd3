import { existsSync } from 'node:fs';
import { percentage, stateWords } from '#holding/health/views/wording.ts';
import { holdsIn, type Hold } from '#holding/health/store/holds.ts';
import { openForReading } from '#holding/health/store/database.ts';
import type { CheckView, Snapshot } from '#holding/health/snapshot.ts';
import { freshnessOf, systemClock } from '#lib/clock.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { paint, plain, printJson } from './command.ts';
import { inWords } from './duration.ts';
import { readSnapshot } from './first-page.ts';
import { marks, nothingWatched, requireWords, type Use } from './health-by-hand.ts';
import { headline } from './headline.ts';
import { readPlace } from './settings.ts';
import { printTable, when } from './table.ts';

/** Each check as the last heartbeat saw it; of one that is not current nothing is claimed. */
export async function listChecks({ words, values }: Use): Promise<void> {
  requireWords('list', words, 0);
  const { paths } = readPlace();
  const now = systemClock.now();
  const snapshot = await readSnapshot(paths);
  if (snapshot === null) throw existsSync(paths.snapshot) ? unreadable(paths) : nothingWatched();
  const freshness = freshnessOf(snapshot, now);
  const held = holdsNow(paths, now);
  const { generatedAt, overall, checks } = snapshot;
  if (values.json) return printJson({ generatedAt, ageMs: now - generatedAt, freshness, overall, checks, held });
  process.stdout.write(`${headline(snapshot, [], now)}\n\n`);
  showChecks(snapshot, { now, isCurrent: freshness === 'fresh' });
  for (const one of held) process.stdout.write(`${holdInWords(one, now)}\n`);
  if (freshness === 'stale') process.stdout.write('  → npm run status says what runs; npm start starts it.\n');
}

function unreadable({ snapshot }: DataPaths): OmegaError {
  const hint = 'The next heartbeat writes it anew, within a minute; npm run status says whether one comes.';
  return new OmegaError(`${snapshot} cannot be read.`, { code: 'E_SNAPSHOT', hint });
}

/** What the owner holds back or planned to. */
function holdsNow(paths: DataPaths, now: number): readonly Hold[] {
  try {
    using db = openForReading(paths.healthDb);
    return holdsIn(db).from(now);
  } catch (error) {
    process.stderr.write(`${paint('yellow', '!', process.stderr)} ${plain(messageOf(error))}\n`);
    return []; // The checks themselves are worth showing without.
  }
}

function showChecks({ checks }: Snapshot, { now, isCurrent }: { now: number; isCurrent: boolean }): void {
  if (checks.length === 0) return void process.stdout.write('No check is watched.\n');
  printTable(
    ['check', 'state', isCurrent ? 'since' : 'since, as of then', 'last look', '90 days', 'latency', 'why'],
    checks.map((check) => [
      paint('bold', plain(check.id)),
      stateOf(check, isCurrent),
      inWords(now - check.since),
      check.lastSeen === null ? '–' : `${inWords(now - check.lastSeen)} ago`,
      check.uptime90 === null ? '–' : `${percentage(check.uptime90)} %`,
      check.latencyMs === null ? '–' : `${check.latencyMs} ms`,
      plain(check.reason).slice(0, 80),
    ]),
  );
}

/** What was seen too long ago is no state of now: it has no colour of its own. */
function stateOf({ state, blockedBy }: CheckView, isCurrent: boolean): string {
  const [colour, shape] = marks[state];
  const word = `${stateWords[state].en}${blockedBy === null ? '' : ` by ${plain(blockedBy)}`}`;
  return isCurrent ? paint(colour, `${shape} ${word}`) : paint('dim', `? ${word} then`);
}

/** `disk: paused until 2026-11-24 08:00:00, new disk`. */
export function holdInWords({ check, kind, from, until, why }: Hold, now: number): string {
  const begins = from > now ? ` from ${when(from)}` : '';
  const ends = until === null ? ' until resumed' : ` until ${when(until)}`;
  const reason = why === '' ? '' : `: ${plain(why)}`;
  const words = { paused: 'paused', maintenance: 'in maintenance', snoozed: 'not told of' };
  return `${paint('yellow', '=')} ${paint('bold', plain(check ?? 'all'))} ${words[kind]}${begins}${ends}${reason}`;
}
