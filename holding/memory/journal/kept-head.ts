import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import type { Head, Verdict } from '#lib/chain.ts';
import { codeOf, messageOf } from '#lib/errors.ts';

/** The head of the journal when it was last found whole, outside of it: what is cut off at its end shows against that. */
const KeptHead = z.object({ seq: z.int().nonnegative(), hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** The head that was kept; undefined: none yet. A file that cannot be read is a fault, in words. */
export function readKeptHead(path: string): Head | undefined | string {
  try {
    return KeptHead.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    return `the head that was kept of the journal (${path}) cannot be read: ${messageOf(error)}`;
  }
}

/** Keeps the head of a journal that was found whole. */
export async function keepHead(path: string, verdict: Verdict): Promise<void> {
  if (verdict.ok) await writeFileAtomic(path, `${JSON.stringify(verdict.head)}\n`);
}
