import { resolve } from 'node:path';
import type { Env } from '#lib/env.ts';
import { OmegaError } from '#lib/errors.ts';
import { root, type DataPaths } from '#lib/paths.ts';

/** Node and the kernel take no longer one. */
const longestPath = 107;

/**
 * Where the edge and `tailscale serve` meet; a relative path is meant from the repository.
 * @throws OmegaError `E_EDGE_SOCKET`, exit code 2, where it is too long for a socket.
 */
export function edgeSocketPath({ edgeSocket }: Pick<Env, 'edgeSocket'>, paths: Pick<DataPaths, 'edgeSocket'>): string {
  const path = edgeSocket === undefined ? paths.edgeSocket : resolve(root, edgeSocket);
  if (Buffer.byteLength(path) <= longestPath) return path;
  throw new OmegaError(`OMEGA_EDGE_SOCKET is too long for a socket: ${path}`, {
    code: 'E_EDGE_SOCKET',
    hint: `At most ${longestPath} bytes; leave it out and a fitting one is taken.`,
    permanent: true,
    exitCode: 2,
  });
}
