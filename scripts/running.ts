import { codeOf } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';
import { createControlClient } from '#ops/control-client.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { pageAddress, type PageAddress } from './page-address.ts';

/** What the supervisor says of each service; null: no supervisor answers. */
export async function runningServices(paths: DataPaths, signal: AbortSignal): Promise<readonly ServiceStatus[] | null> {
  try {
    return await createControlClient(paths.controlSocket).services(signal);
  } catch (error) {
    if (codeOf(error) === 'E_NO_SUPERVISOR') return null;
    throw error;
  }
}

/** Where the page is served now; null: nowhere. What an edge that is gone left behind is no address. */
export async function servedPage(
  paths: DataPaths,
  services: readonly ServiceStatus[] | null,
): Promise<PageAddress | null> {
  const edge = services?.find(({ name, state }) => name === 'edge' && state === 'ready');
  return edge === undefined ? null : await pageAddress(paths, edge.pid);
}
