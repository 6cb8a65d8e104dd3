import { messageOf } from '#lib/errors.ts';
import { redact, type Log, type LogFields } from '#lib/log.ts';
import { paint, plain } from './command.ts';
import { readSettings } from './settings.ts';
import { readToolServers, type ToolServers } from './tool-servers.ts';
import { openTools, type Tools } from './tools.ts';

/** What the verbs share. */
export interface Use {
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * The tools of this process, for the owner's own hands.
 * @throws OmegaError `E_MCP_CONFIG` with the faults of a mcp.json that cannot be used, or why the hub cannot be opened.
 */
export async function openByHand(): Promise<{ readonly opened: Tools; readonly servers: ToolServers }> {
  const settings = readSettings();
  const servers = readToolServers(settings);
  if (servers.fault !== null) throw servers.fault;
  const secrets = [...settings.env.secrets, ...servers.config.secrets];
  const opened = await openTools({ settings, servers, log: troubleLog(secrets) });
  if (opened.fault !== null) throw opened.fault;
  return { opened, servers };
}

/** What a person at a terminal must know, in words; the rest is the worker's log's. */
export function troubleLog(secrets: readonly string[]): Log {
  const tell = (message: string, fields: LogFields = {}): void => {
    const facts = Object.values(fields).map((value) => (value instanceof Error ? messageOf(value) : String(value)));
    const line = [message, ...facts].join('; ');
    process.stderr.write(`${paint('yellow', '!', process.stderr)} ${plain(redact(line, secrets))}\n`);
  };
  return { info: () => {}, warn: tell, error: tell };
}
