import { sayIn } from '#lib/language.ts';
import { ApprovalRecord } from '#mcp/approval.ts';
import { AuditRecord } from '#mcp/audit.ts';
import type { Known, ServerStatus, ToolEntry } from '#mcp/hub.ts';
import { isWaiting, type ToolView } from '#mcp/tool-view.ts';
import { paint, plain } from './command.ts';
import { printTable, when } from './table.ts';

/** Every server in a row, and below what waits for the owner. */
export function showServers(servers: readonly ServerStatus[], file: string): void {
  if (servers.length === 0)
    return void process.stdout.write(`No server stands in ${file}. docs/mcp.md shows how to write one.\n`);
  printTable(
    ['server', 'state', 'reachable', 'usable', 'tools', 'protocol', 'last error'],
    servers.map((server) => [
      paint('bold', server.name),
      paintState(server),
      knownWord(server.reachable),
      knownWord(server.usable),
      server.tools === null ? '–' : `${server.tools.allowed} of ${server.tools.listed}`,
      server.protocol ?? '–',
      server.lastError === null ? '' : `${server.lastError.kind}, ${when(server.lastError.at)}`,
    ]),
  );
  for (const line of servers.flatMap(waiting)) process.stdout.write(`${line}\n`);
}

/** One server in words, as a probe found it. */
export function showServer(server: ServerStatus): void {
  process.stdout.write(`${mark(server)} ${paint('bold', server.name)}: ${server.state}\n`);
  process.stdout.write(`  reachable  ${knownWord(server.reachable)}  ${server.reachable.why}\n`);
  process.stdout.write(`  usable     ${knownWord(server.usable)}  ${server.usable.why}\n`);
  for (const note of server.notes) process.stdout.write(`  note       ${plain(note)}\n`);
  for (const line of waiting(server)) process.stdout.write(`${line}\n`);
}

/** The tools with what their servers say of them: that is external text, and is shown as one cleaned line. */
export function showTools(tools: readonly ToolEntry[]): void {
  printTable(
    ['tool', 'what its server says'],
    tools.map(({ name, title, description }) => [paint('bold', plain(name)), oneLine(description ?? title ?? '')]),
  );
}

/** All tools of one server, against what was approved. */
export function showViews(server: string, views: readonly ToolView[]): void {
  if (views.length === 0) return void process.stdout.write(`${server} lists no tools.\n`);
  printTable(
    ['tool', '', 'what its server says'],
    views.map(({ name, standing, changed, description, title }) => [
      paint('bold', plain(name)),
      paint(standingColours[standing], standing),
      `${changed.length === 0 ? '' : `(${changed.join(', ')}) `}${oneLine(description ?? title ?? '')}`,
    ]),
  );
  const open = views.filter(isWaiting).length;
  if (open > 0)
    process.stdout.write(`  ${open} not approved by you → npm run mcp -- approve ${server} shows all of it\n`);
}

const standingColours = {
  usable: 'green',
  'first-seen': 'yellow',
  changed: 'red',
  new: 'yellow',
  'not-allowed': 'dim',
} as const;

const outcomeColours = { ok: 'green', begun: 'yellow', denied: 'red', failed: 'red', aborted: 'red' } as const;

/** The latest calls, newest first. */
export function showAudit(calls: readonly unknown[]): void {
  if (calls.length === 0)
    return void process.stdout.write('No tool was called yet. npm run mcp -- probe makes a first call.\n');
  printTable(
    ['at', 'unit', 'tool', 'outcome', 'took', 'bytes', 'run'],
    calls.map((record) => {
      const { at, unit, server, tool, outcome, kind, ms, bytes, run } = AuditRecord.parse(record);
      return [
        when(at),
        unit,
        plain(`${server}.${tool}`),
        paint(outcomeColours[outcome], kind ?? outcome),
        `${Math.round(ms)} ms`,
        bytes,
        plain(run),
      ];
    }),
  );
}

/** The latest approvals, newest first. */
export function showApprovals(approvals: readonly unknown[]): void {
  for (const approval of approvals) {
    const { at, server, tools } = ApprovalRecord.parse(approval);
    const names = plain(tools.map(({ name }) => name).join(', '));
    process.stdout.write(`${when(at)}  you approved of ${server}: ${names}\n`);
  }
}

function waiting({ name, missing, changed, warning, setUp }: ServerStatus): string[] {
  return [
    ...(missing.length === 0
      ? []
      : [
          `  ${name} needs ${missing.join(', ')}${setUp === null ? '' : `: ${sayIn('en')(setUp.what)} → ${setUp.command}`}`,
        ]),
    ...changed.map((what) => `  ${name}: ${plain(what)} → npm run mcp -- approve ${name}`),
    ...(warning === null ? [] : [`  ${name}: ${plain(sayIn('en')(warning.reason))} → ${warning.command}`]),
  ];
}

/** Whether a server can be relied on: null where nothing is known of it. */
export function isFit({ state, reachable, usable }: ServerStatus): boolean | null {
  if (['open', 'quarantined', 'backoff'].includes(state)) return false;
  return reachable.value === false ? false : usable.value;
}

function mark(server: ServerStatus): string {
  const fit = isFit(server);
  if (fit === null) return '–';
  return fit ? paint('green', '✓') : paint('red', '✗');
}

function paintState(server: ServerStatus): string {
  const fit = isFit(server);
  if (fit === null) return paint('dim', server.state);
  return paint(fit ? 'green' : 'red', server.state);
}

function knownWord({ value, at }: Known): string {
  if (value === null) return '–';
  return `${value ? 'yes' : 'no'}${at === null ? '' : `, ${when(at)}`}`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}
