import type { Env } from '#lib/env.ts';
import { isOnInternet } from '../own/internet.ts';

/**
 * The ids of the checks that one of this address waits for. A proxy has ways of its own: what the machine reaches
 * without it says nothing of them.
 */
export function waysOut(address: string | undefined, { proxy }: Env['network']): readonly string[] {
  const isFar = address !== undefined && proxy === undefined && isOnInternet(new URL(address).hostname);
  return isFar ? ['egress'] : [];
}
