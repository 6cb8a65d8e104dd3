import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Env } from '#lib/env.ts';
import { codeOf } from '#lib/errors.ts';
import type { DataPaths } from '#lib/paths.ts';

const Token = z.string().trim().min(16);

/** The secret behind the board: the owner's, or one that is made once and kept in a file that only they can read. */
export async function boardToken(env: Env, paths: DataPaths): Promise<string> {
  if (env.boardToken !== undefined) return env.boardToken;
  await mkdir(paths.keys, { recursive: true, mode: 0o700 });
  const made = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  try {
    await writeFile(paths.boardToken, `${made}\n`, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return Token.parse(await readFile(paths.boardToken, 'utf8'));
  }
}
