import { readFile, stat } from 'node:fs/promises';
import { pushToken } from '#holding/health/own/push-call.ts';
import { codeOf, messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { ensureSecret } from '#lib/secret-file.ts';
import { checksFileOf, type Settings } from './settings.ts';

/**
 * The token of each push check of `checks.yaml`, as it is now and as it last was without a fault; read again when one of
 * these files changed.
 */
export function pushTokens({
  env,
  paths,
  log,
}: Settings & { readonly log: Log }): () => Promise<ReadonlyMap<string, string>> {
  const files = [checksFileOf({ env, paths }), paths.checksGood];
  let known: { readonly stamp: string; readonly tokens: ReadonlyMap<string, string> } | undefined;
  return async () => {
    const stamp = (await Promise.all([...files, paths.pushKey].map(stampOf))).join();
    if (known?.stamp === stamp) return known.tokens;
    const ids = (await Promise.all(files.map((file) => idsOf(file, log)))).flat();
    const key = ids.length === 0 ? '' : await ensureSecret(paths.pushKey);
    const tokens = new Map(ids.map((id) => [id, pushToken(key, id)]));
    known = { stamp, tokens };
    return tokens;
  };
}

/** Of a file that is not there, nothing. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}-${size}-${ino}`;
  } catch {
    return 'none';
  }
}

/** A file that can be no file of checks names none: whoever watches tells what is wrong with it. */
async function idsOf(path: string, log: Log): Promise<readonly string[]> {
  try {
    const { size } = await stat(path);
    // Loaded with the first file that there is: most owners have none, and the edge stays small.
    const { mostBytes } = await import('#holding/health/own/read-yaml.ts');
    const { pushIdsIn } = await import('#holding/health/own/push-ids.ts');
    return size > mostBytes ? [] : pushIdsIn(await readFile(path, 'utf8'));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') log.warn('no push checks can be read', { path, error: messageOf(error) });
    return [];
  }
}
