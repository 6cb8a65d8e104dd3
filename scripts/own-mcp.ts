import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import manifest from '../package.json' with { type: 'json' };
import { listReports, readReport, type ReportEntry } from '#holding/report/trend/store.ts';
import { createLog, type Log } from '#lib/log.ts';
import type { OwnFunctions, OwnReport } from '#mcp/own-functions.ts';
import { serveOverStdio } from '#mcp/own-stdio.ts';
import { createOwnServer } from '#mcp/own.ts';
import { lookAtIncidents, lookAtJobs, lookAtSnapshot, lookAtStatus } from './own-mcp-look.ts';
import { searchMemory } from './own-mcp-memory.ts';
import { runJobFor } from './own-mcp-run.ts';
import { readSettings, type Settings } from './settings.ts';
import { allSecrets } from './tool-servers.ts';

/** What a client may ask for: runs that do no harm however often, and end by themselves. */
export const runnableJobs = ['heartbeat', 'site-render', 'trend-report', 'canary'] as const;

/** Omega's own MCP server, joined with Omega; one for each connection, or each request over HTTP. */
export function openOwnServer(settings: Settings, log: Log, secrets: readonly string[]): McpServer {
  return createOwnServer({ functions: ownFunctions(settings, log), version: manifest.version, log, secrets });
}

/**
 * Serves it over standard input and output until input ends or the signal is aborted. It works while Omega is stopped
 * too, and says so. Standard output is the protocol's alone: nothing else may print there.
 */
export async function serveOwnMcpOverStdio(signal: AbortSignal): Promise<void> {
  const settings = readSettings();
  const secrets = allSecrets(settings);
  const log = createLog({ name: 'mcp', secrets, write: (line) => void process.stderr.write(line) });
  for (const warning of settings.env.warnings) log.warn(warning);
  await serveOverStdio(openOwnServer(settings, log, secrets), signal);
}

function ownFunctions(settings: Settings, log: Log): OwnFunctions {
  const { paths } = settings;
  return {
    status: (signal) => lookAtStatus(paths, signal),
    incidents: (limit, signal) => lookAtIncidents(paths, limit, signal),
    jobs: (query, signal) => lookAtJobs(paths, query, signal),
    runnable: runnableJobs,
    runJob: (request, signal) => runJobFor(request, { settings, signal }),
    listReports: async (limit) => (await listReports(paths.units, { limit })).map(reportRow),
    readReport: async (unit, id) => (await readReport(paths.units, unit, id)).markdown,
    snapshot: (signal) => lookAtSnapshot(paths, signal),
    memorySearch: (query, signal) => searchMemory(query, { settings, log, signal }),
  };
}

function reportRow({ unit, id, title, at, engine, claims, example, fault }: ReportEntry): OwnReport {
  return { unit, id, title, at: new Date(at).toISOString(), engine, claims, example, fault };
}
