import { cleanText, escapeMarkdown, unescapeMarkdown } from '../../swarm/guard.ts';
import type { Claim, Counts, Earlier, Report } from './report.ts';

const mostBelow = 60;

/** A report as Markdown. What comes from outside stands in it escaped: it links, loads and marks up nothing. */
export function renderReport(report: Report): string {
  const { title, claims, gaps, example } = report;
  return [
    `# ${example ? 'Example: ' : ''}${escape(title)}`,
    ...(report.example
      ? ['> **This is an example**, made from documents that came with Omega. It says nothing of yours.']
      : []),
    summaryOf(report),
    ...(claims.length > 0 ? ['## What is new', ...claims.map(renderClaim)] : []),
    ...topicsOf(report),
    ...belowOf(report),
    ...namedOf(report),
    ...(gaps.length > 0 ? ['## What could not be looked at', list(gaps)] : []),
    footOf(report),
  ]
    .join('\n\n')
    .concat('\n');
}

function summaryOf({ claims, sources, period }: Report): string {
  const from = [
    ...(sources.documents > 0 ? [counted(sources.documents, 'document')] : []),
    ...(sources.domains > 0 ? [`${counted(sources.domains, 'domain')} of the web`] : []),
  ].join(' and ');
  if (sources.documents + sources.domains === 0)
    return `From ${period.from} to ${period.until} there was nothing to read.`;
  const what = claims.length === 0 ? 'No trend' : counted(claims.length, 'trend');
  const compared =
    period.weeksBefore === 0
      ? 'without an earlier week to compare with'
      : `compared with ${weeks(period.weeksBefore)} before`;
  return `${what} from ${period.from} to ${period.until}, in ${from}, ${compared}.`;
}

/** `1 trend`, `2 trends`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function weeks(count: number): string {
  return count === 1 ? 'the week' : `the ${count} weeks`;
}

function renderClaim(
  { term, text, quotes, evidence, change, domains, files, counts, earlier }: Claim,
  index: number,
): string {
  const named = [...(files > 0 ? [counted(files, 'own document')] : []), ...domains]
    .slice(0, 12)
    .map(escape)
    .join(', ');
  return [
    `### ${index + 1}. ${escape(term)}`,
    escape(text),
    ...(earlier === null ? [] : [toldBefore(earlier, counts)]),
    ...quotes.map((quote) => `> “${escape(quote.text)}” (${escape(quote.source)})`),
    `Named by: ${named}. Change: ${change.logOdds} in log-odds, ± ${change.standardError}.`,
    `Evidence:\n\n${evidence.map(({ callId, url, sha256 }) => `- ${code(url)} sha256 ${sha256.slice(0, 16)}${callId === null ? '' : `, call ${code(callId)}`}`).join('\n')}`,
  ].join('\n\n');
}

/** Since when it is told, and whether a larger or a smaller share of the sources names it now. */
function toldBefore({ first, last, sources, of }: Earlier, now: Counts): string {
  const share = now.sources * of - sources * now.of;
  const strength = share > 0 ? 'stronger' : share < 0 ? 'weaker' : 'as strong';
  const again = first === last ? `First told on ${first}` : `First told on ${first}, last on ${last}`;
  return `${again}, then named by ${sources} of ${of}: now again, and ${strength}.`;
}

function topicsOf({ topics, period }: Report): string[] {
  if (topics.length === 0) return [];
  const rows = topics.map(
    ({ topic, sources, earlier }) => `| ${escape(topic)} | ${sources} | ${period.weeksBefore === 0 ? '–' : earlier} |`,
  );
  return ['## Your topics', ['| topic | sources | in a week before |', '|---|---|---|', ...rows].join('\n')];
}

function belowOf({ belowLimit, detectionLimit }: Report): string[] {
  if (belowLimit.length === 0) return [];
  const shown = belowLimit.slice(0, mostBelow).map(({ term, counts }) => `${escape(term)} (${counts.sources})`);
  const more = belowLimit.length - shown.length;
  const needed =
    detectionLimit === null
      ? 'There are too few sources to call anything a trend'
      : `A new trend needs ${detectionLimit} sources here at least`;
  return [
    '## Below the limit',
    `${needed}; these rose, but are named by too few, and so are **not** trends: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
  ];
}

function namedOf({ mostNamed }: Report): string[] {
  if (mostNamed.length === 0) return [];
  return [
    '## Named most',
    `Whether new or not: ${mostNamed.map(({ term, sources }) => `${escape(term)} (${sources})`).join(', ')}.`,
  ];
}

function footOf({ id, engine, claims, byChance, sources, generatedAt }: Report): string {
  const chance = claims.length === 0 ? '' : ` By chance alone ${byChance} terms would pass for a trend.`;
  return [
    '---',
    `${escape(id)}, by ${engine} (counted, not written by a model), ${sources.termsCompared} terms compared.${chance} Made ${new Date(generatedAt).toISOString()}.`,
  ].join('\n\n');
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${escape(line)}`).join('\n');
}

function escape(text: string): string {
  return escapeMarkdown(cleanText(text));
}

/** Shown as it is, and no link: a backtick in it would end it. */
function code(text: string): string {
  return `\`${cleanText(text).replaceAll('`', "'")}\``;
}

/** A report for a terminal: no marks, and nothing that would steer it. */
export function plainReport(markdown: string): string {
  return markdown
    .split('\n')
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? '';
      const text = cleanText(line)
        .replace(/^#+ /, '')
        .replaceAll('**', '')
        .replaceAll(/(?<!\\)`/g, '');
      return `${indent}${unescapeMarkdown(text)}`;
    })
    .filter((line) => !/^\|[-|]+\|$/.test(line))
    .join('\n');
}
