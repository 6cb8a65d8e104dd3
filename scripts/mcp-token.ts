import { join } from 'node:path';
import type { DataPaths } from '#lib/paths.ts';
import { ensureSecret } from '#lib/secret-file.ts';

/**
 * The secret behind Omega's own MCP server on the edge, made at first need and kept in a file that the owner alone can
 * read. With the file removed the next one asked for is new.
 */
export async function mcpToken(paths: DataPaths): Promise<string> {
  return ensureSecret(join(paths.keys, 'mcp.token'));
}
