import { pushToken } from '#holding/health/own/push-call.ts';
import { usualEdgePort } from '#lib/env.ts';
import { ensureSecret } from '#lib/secret-file.ts';
import { pageAddress } from './page-address.ts';
import type { Settings } from './settings.ts';

/** The address that a script of the owner's calls for a push check. Whoever has it can speak for that script. */
export async function pushUrl({ env, paths }: Settings, check: string): Promise<string> {
  const key = await ensureSecret(paths.pushKey);
  const address = await pageAddress(paths);
  const page = address?.url ?? `http://127.0.0.1:${env.edgePort ?? usualEdgePort}/`;
  return `${page}push/${pushToken(key, check)}`;
}
