import { expand } from '#mcp/variables.ts';
import { defineCheck, type Check } from '../check.ts';
import { commandRun } from './command.ts';
import { dnsRun } from './dns.ts';
import type { ChecksFile, Entry } from './form.ts';
import { httpRun } from './http.ts';
import type { Connections } from './http-ask.ts';
import { isOnInternet } from './internet.ts';
import { processRun } from './process.ts';
import { pushCheck } from './push.ts';
import type { Known } from './relations.ts';
import { systemdRun } from './systemd.ts';
import { tcpRun } from './tcp.ts';
import { plannedIn } from './windows.ts';

/** What the owner's checks share. */
export interface BuildOptions extends Known {
  readonly connections: Connections;
  /** Where commands run unless they say so. */
  readonly cwd: string;
}

/** Omega's own check of whether the internet can be reached. */
const egress = 'egress';

const paused = { en: 'Paused in checks.yaml', nl: 'Gepauzeerd in checks.yaml' };

/** Makes the checks of a file that has no fault. */
export function buildChecks(file: ChecksFile, options: BuildOptions): readonly Check[] {
  return file.checks.map((entry) => buildOne(entry, file, options));
}

function buildOne(entry: Entry, file: ChecksFile, options: BuildOptions): Check {
  const common = commonOf(entry, file, options);
  if (entry.kind === 'push') return pushCheck({ ...common, ...pushRule(entry, options) });
  const { every: everyMs, timeout: timeoutMs } = entry;
  return defineCheck({ ...common, everyMs, timeoutMs, run: runOf(entry, options) });
}

type Common = Omit<Check, 'everyMs' | 'timeoutMs' | 'run'>;
type Pushed = Extract<Entry, { kind: 'push' }>;
type Looked = Exclude<Entry, Pushed>;

function commonOf(entry: Entry, file: ChecksFile, { builtIn, timezone }: BuildOptions): Common {
  const { id, name = id, group, failAfter, recoverAfter, urgent, degradedOnly } = entry;
  const windows = [...file.maintenance, ...entry.maintenance];
  const away = hostsOf(entry).some(isOnInternet) && builtIn.includes(egress) ? [egress] : [];
  return {
    id,
    name,
    group,
    dependsOn: [...new Set([...entry.dependsOn, ...away])],
    urgent,
    ...(entry.paused ? { paused } : {}),
    ...(failAfter === undefined ? {} : { failAfter }),
    ...(recoverAfter === undefined ? {} : { recoverAfter }),
    ...(degradedOnly ? { worstOverall: 'degraded' as const } : {}),
    ...(windows.length === 0 ? {} : { maintenanceAt: plannedIn(windows, timezone) }),
  };
}

/** Where its look leads. */
function hostsOf(entry: Entry): string[] {
  if (entry.kind === 'http') return [entry.url.hostname];
  if (entry.kind === 'tcp') return [entry.host];
  return entry.kind === 'dns' ? [entry.server ?? entry.host] : [];
}

function runOf(entry: Looked, options: BuildOptions): Check['run'] {
  if (entry.kind === 'tcp') return tcpRun(entry);
  if (entry.kind === 'dns') return dnsRun(entry, entry.timeout);
  if (entry.kind === 'process') return processRun(entry);
  if (entry.kind === 'systemd') return systemdRun(entry);
  if (entry.kind === 'command') return commandRun({ ...entry, cwd: entry.cwd ?? options.cwd });
  const headers = filled(entry.headers, options);
  return httpRun({ ...entry, headers, everyMs: entry.every, connections: options.connections });
}

function filled(headers: Readonly<Record<string, string>>, { variable }: BuildOptions): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, expand(text, variable).text]));
}

function pushRule(entry: Pushed, { nextOf, timezone }: BuildOptions) {
  const { every = 0, schedule, timezone: zone = timezone, grace: graceMs, maxRun } = entry;
  const next = schedule === undefined ? (after: number) => after + every : lastKept((at) => nextOf(schedule, zone, at));
  return { nextOf: next, graceMs, timezone, ...(maxRun === undefined ? {} : { maxRunMs: maxRun }) };
}

/** The same time is asked for at each look until the next success. */
function lastKept(ask: (after: number) => number): (after: number) => number {
  let known: { readonly after: number; readonly next: number } | undefined;
  return (after) => {
    if (known?.after !== after) known = { after, next: ask(after) };
    return known.next;
  };
}
