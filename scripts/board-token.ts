import type { Env } from '#lib/env.ts';
import type { DataPaths } from '#lib/paths.ts';
import { ensureSecret } from '#lib/secret-file.ts';

/** The secret behind the board: the owner's, or one that is made once and kept in a file that only they can read. */
export async function boardToken(env: Env, paths: DataPaths): Promise<string> {
  return env.boardToken ?? (await ensureSecret(paths.boardToken));
}
