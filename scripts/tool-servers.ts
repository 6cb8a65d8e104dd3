import { OmegaError } from '#lib/errors.ts';
import { readMcpConfig, type McpConfig } from '#mcp/config.ts';
import type { Settings } from './settings.ts';

/** What mcp.json says; where it cannot be used there are no servers, and a word on why. */
export interface ToolServers {
  readonly config: McpConfig;
  readonly fault: OmegaError | null;
}

/** What may stand in no log, error or page: also what mcp.json gives to servers, where that can be read. */
export function allSecrets(settings: Settings): readonly string[] {
  return [...settings.env.secrets, ...readToolServers(settings).config.secrets];
}

/** Reads mcp.json; a fault in it stops no heartbeat, but is told by one. */
export function readToolServers(settings: Settings): ToolServers {
  try {
    return { config: readMcpConfig(settings), fault: null };
  } catch (error) {
    if (!(error instanceof OmegaError)) throw error;
    return { config: { file: 'mcp.json', servers: [], secrets: [] }, fault: error };
  }
}
