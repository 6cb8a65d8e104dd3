import { amount } from '#holding/health/views/wording.ts';
import type { Hit, Memory, MemoryStats, Recall } from '#holding/memory/memory.ts';
import { usageError } from '#lib/errors.ts';
import { paint, plain, printJson } from './command.ts';
import { requireNoMore, toKinds, toNumber, type Use } from './memory-by-hand.ts';
import { printTable, when } from './table.ts';

const nothingYet = `Nothing is remembered yet. A first fact:
  npm run memory -- remember "The shop closes on Mondays" --kind fact
Trend reports remember what they claim, each morning or now: npm run job:trend-report
`;
/** So much of a text is shown; --json has all of it. */
const longestShown = 600;
const barLength = 5;

/** What answers the words best. */
export async function recall(memory: Memory, { words, values, signal }: Use): Promise<void> {
  const { unit, kind, limit = '5', untrusted, history, json } = values;
  const text = words.join(' ');
  if (text === '') throw usageError('Recall what?', 'npm run memory -- recall opening hours of the shop');
  const asked = { limit: toNumber(limit, { option: 'limit', from: 1, to: 100 }), untrusted, history };
  const of = { unit, kinds: kind === undefined ? undefined : toKinds(kind) };
  const found = await memory.recall({ text, ...of, ...asked }, signal);
  if (json) return printJson(found);
  if (found.degraded !== null)
    process.stderr.write(`${paint('yellow', '!', process.stderr)} ${plain(found.degraded)}\n`);
  process.stdout.write(found.hits.length === 0 ? noneOf(memory.stats()) : inWords(found));
}

function noneOf({ counts, byStatus }: MemoryStats): string {
  const all = counts.reduce((sum, { records }) => sum + records, 0) + byStatus.quarantined + byStatus.superseded;
  if (all === 0) return nothingYet;
  return 'Nothing of that is remembered. In other words, without --unit and --kind, or with --untrusted or --history?\n';
}

function inWords({ hits, weak, tookMs }: Recall): string {
  const lines = hits.flatMap((hit, index) => [headOf(hit, index), `${indented(hit)}\n`]);
  return [
    ...(weak ? [paint('yellow', 'Nothing answers this well; nearest:')] : []),
    ...lines,
    `${Math.round(tookMs)} ms\n`,
  ].join('\n');
}

function headOf({ record, relevance }: Hit, index: number): string {
  const full = Math.round(Math.min(1, Math.max(0, relevance)) * barLength);
  const bar = `${'▮'.repeat(full)}${'▯'.repeat(barLength - full)} ${relevance.toFixed(2)}`;
  const facts = [
    record.kind,
    record.unit,
    when(record.createdAt).slice(0, 10),
    record.id.slice(0, 8),
    ...remarks(record),
  ];
  return `${paint('bold', `${index + 1}.`)} ${bar}  ${facts.join(' · ')}`;
}

function remarks({ trust, status, suspicion, told, supersededBy }: Hit['record']): string[] {
  return [
    ...(trust === 'owner' || trust === 'agent'
      ? []
      : [paint('yellow', trust === 'web' ? 'from the web' : 'from a tool')]),
    ...(told > 1 ? [`told ${told} times`] : []),
    ...(supersededBy === null ? [] : [paint('yellow', `superseded by ${supersededBy.slice(0, 8)}`)]),
    ...(status === 'quarantined' ? [paint('red', `in quarantine: ${plain(suspicion ?? 'no reason was kept')}`)] : []),
  ];
}

/** What others wrote steers no terminal. */
function indented({ text, isCut }: Hit): string {
  const isLong = text.length > longestShown;
  const shown = plain(isLong ? text.slice(0, longestShown) : text).trim();
  return `   ${shown.replaceAll('\n', '\n   ')}${isLong || isCut ? ' …' : ''}`;
}

/** How much is remembered, and how the indexes stand. */
export async function showStats(memory: Memory, { words, values }: Use): Promise<void> {
  requireNoMore(words, 0);
  const stats = memory.stats();
  if (values.json) return printJson(stats);
  const { counts, byStatus, forgotten, growth, lastWriteAt, lastRecall, journal, index } = stats;
  if (journal.seq === 0) return void process.stdout.write(nothingYet);
  const kinds = [...new Set(counts.map(({ kind }) => kind))];
  const units = Map.groupBy(counts, ({ unit }) => unit);
  if (counts.length > 0)
    printTable(
      ['unit', ...kinds, 'all'],
      [...units].map(([unit, of]) => [paint('bold', unit)].concat(sumsOf(of, kinds))),
    );
  const { quarantined, superseded, aged } = byStatus;
  const lines = [
    `new          ${growth.week} within a week, ${growth.month} within a month; last write ${when(lastWriteAt)}`,
    `besides      ${quarantined} in quarantine, ${superseded} superseded, ${aged} aged out, ${forgotten} forgotten`,
    `last recall  ${lastRecall === null ? '–' : `${when(lastRecall.at)}, ${Math.round(lastRecall.tookMs)} ms`}`,
    `journal      ${journal.seq} entries, ${journal.hash.slice(0, 12)}`,
    `vectors      ${index.space}${index.next === null ? '' : `, moving to ${index.next}`}; ${amount(index.pending, 'record')} to bring up to date`,
    ...(index.fault === null ? [] : [`             ${paint('yellow', plain(index.fault))}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Of each kind, and of all. */
function sumsOf(counts: MemoryStats['counts'], kinds: readonly string[]): string[] {
  const ofKinds = kinds.map((kind) => counts.filter((one) => one.kind === kind));
  return [...ofKinds, counts].map((some) => String(some.reduce((sum, { records }) => sum + records, 0)));
}
