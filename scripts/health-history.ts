import { openHistory, type History, type Latency, type Span } from '#holding/health/store/history.ts';
import { dayMs, timeInAll, uptimeIn, worstIn } from '#holding/health/store/timeline.ts';
import type { Flip } from '#holding/health/health.ts';
import type { State } from '#holding/health/snapshot.ts';
import { percentage, stateWords } from '#holding/health/views/wording.ts';
import { systemClock } from '#lib/clock.ts';
import { usageError } from '#lib/errors.ts';
import { paint, plain, printJson } from './command.ts';
import { inWords } from './duration.ts';
import { knownChecks, marks, requireKnown, requireWords, type Use } from './health-by-hand.ts';
import { readPlace } from './settings.ts';
import { printTable, when } from './table.ts';

const windows = [
  ['24 hours', 1],
  ['30 days', 30],
  ['90 days', 90],
  ['a year', 365],
] as const;

/** So many days stand in the line of days. */
const shownDays = 60;
const heights = '▁▂▃▄▅▆▇█';

/** The past of one check: how much of it was well, how long answers took, and what changed why. */
export async function showHistory({ words, values }: Use): Promise<void> {
  requireWords('history', words, 1);
  const [id = ''] = words;
  const limit = toLimit(values.limit);
  const { paths } = readPlace();
  requireKnown(id, await knownChecks(paths));
  using history = openHistory(paths.healthDb);
  const now = systemClock.now();
  const spans = windows.map(([name, days]) => windowOf(history, id, { name, from: now - days * dayMs, to: now }));
  const days = daysOf(history, id, now);
  const flips = history
    .flips(id, now - 365 * dayMs)
    .slice(-limit)
    .toReversed();
  if (values.json) return printJson({ check: id, windows: spans, days, flips });
  process.stdout.write(`${paint('bold', plain(id))}\n\n`);
  showWindows(spans);
  process.stdout.write(`${sparkline(days)}  the last ${shownDays} days (UTC), today at the end; · nothing known\n\n`);
  showFlips(flips, now);
}

function toLimit(text = '20'): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0 && limit <= 10_000) return limit;
  throw usageError(`--limit ${plain(text)} is no such number.`, 'Write a whole number from 1 to 10000.');
}

interface WindowFacts extends Span {
  readonly name: string;
  /** A share of the known time; null: nothing is known. */
  readonly uptime: number | null;
  readonly times: Readonly<Record<string, number>>;
  readonly latency: Latency | null;
}

function windowOf(history: History, id: string, window: Span & { readonly name: string }): WindowFacts {
  const spans = history.times(id, window, window.to - window.from > dayMs ? 'day' : 'hour');
  const times = timeInAll(spans.map((span) => span.times));
  return { ...window, uptime: uptimeIn(times), times: Object.fromEntries(times), latency: history.latency(id, window) };
}

interface Day extends Span {
  readonly uptime: number | null;
  readonly worst: State;
}

function daysOf(history: History, id: string, now: number): Day[] {
  const from = (Math.floor(now / dayMs) - shownDays + 1) * dayMs;
  return history
    .times(id, { from, to: now }, 'day')
    .map((span) => ({ from: span.from, to: span.to, uptime: uptimeIn(span.times), worst: worstIn(span.times) }));
}

function showWindows(spans: readonly WindowFacts[]): void {
  printTable(
    ['', 'up', 'known', 'looks timed', 'p50', 'p95', 'p99', 'slowest'],
    spans.map(({ name, uptime, times, latency, from, to }) => [
      name,
      uptime === null ? '–' : `${percentage(uptime)} %`,
      `${Math.floor((100 * knownMs(times)) / (to - from))} %`,
      latency?.looks ?? 0,
      ms(latency?.p50),
      ms(latency?.p95),
      ms(latency?.p99),
      ms(latency?.max),
    ]),
  );
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : `${Math.round(value * 10) / 10} ms`;
}

/** Time of which it is known whether it was well. */
function knownMs(times: WindowFacts['times']): number {
  return ['up', 'degraded', 'late', 'down', 'flapping'].reduce((sum, state) => sum + (times[state] ?? 0), 0);
}

/** As high as its uptime; full only where all of it was up. */
function sparkline(days: readonly Day[]): string {
  const last = heights.length - 1;
  return days
    .map(({ uptime, worst }) => {
      if (uptime === null) return paint('dim', '·');
      return paint(
        marks[worst][0],
        heights[uptime === 1 ? last : Math.min(last - 1, Math.floor(uptime * last))] ?? '·',
      );
    })
    .join('');
}

function showFlips(flips: readonly Flip[], now: number): void {
  if (flips.length === 0)
    return void process.stdout.write(
      'Nothing has changed within a year. Its history begins with the first heartbeat.\n',
    );
  printTable(
    ['since', '', 'became', 'was', 'why'],
    flips.map(({ at, from, to, reason }) => [
      when(at),
      `${inWords(now - at)} ago`,
      paint(marks[to][0], `${marks[to][1]} ${stateWords[to].en}`),
      stateWords[from].en,
      plain(reason).slice(0, 80),
    ]),
  );
}
