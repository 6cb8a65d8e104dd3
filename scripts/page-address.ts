import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { usualEdgePort, type Env } from '#lib/env.ts';
import type { DataPaths } from '#lib/paths.ts';

const EdgeFile = z.object({
  url: z.string(),
  host: z.string(),
  port: z.int(),
  pid: z.int(),
  /** Whether the edge found another program on the usual port. */
  usualPortTaken: z.boolean().default(false),
});

/** Where the page is served. */
export type PageAddress = z.infer<typeof EdgeFile>;

/** Where the edge said that it serves the page; null: nowhere yet. Of an edge that is gone only the file is left. */
export async function pageAddress(paths: DataPaths, edgePid?: number | null): Promise<PageAddress | null> {
  try {
    const address = EdgeFile.parse(JSON.parse(await readFile(join(paths.run, 'edge.json'), 'utf8')));
    return edgePid === undefined || edgePid === address.pid ? address : null;
  } catch {
    return null; // Not written yet, or by something that is no edge of ours: both mean that nobody said where.
  }
}

/** Said loudly where the page is not where the owner looks for it; null: it is. */
export function portNotice({ edgePort }: Env, { port, usualPortTaken }: PageAddress): string | null {
  if (edgePort !== undefined || port === usualEdgePort) return null;
  const why = usualPortTaken ? 'was taken by another program' : 'could not be had';
  return `The page is on port ${port}: the usual ${usualEdgePort} ${why}.`;
}

/** What to type on one's own machine to see the page from there; null where nobody came by ssh. */
export function tunnelCommand({ ssh }: Pick<Env, 'ssh'>, { host, port }: PageAddress): string | null {
  if (ssh === undefined) return null;
  const inner = host.includes(':') ? `[${host}]` : host;
  const usualSshPort = '22';
  const sshPort = ssh.port === usualSshPort ? '' : `-p ${ssh.port} `;
  return `ssh ${sshPort}-N -L ${port}:${inner}:${port} ${userInfo().username}@${ssh.address}`;
}
