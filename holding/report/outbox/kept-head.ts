import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf, messageOf } from '#lib/errors.ts';

/** Where the ledger stood when something was last sealed, kept outside of it: what it loses at its end shows by that. */
export const KeptHead = z.object({
  seq: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  epoch: z.int().nonnegative(),
  lastSeq: z.int().nonnegative(),
  lastPlain: z.int().nonpositive(),
});
export type KeptHead = Readonly<z.infer<typeof KeptHead>>;

/** The head that was kept; null: none yet. A file that cannot be read is a fault, in words. */
export function readKeptHead(path: string): KeptHead | null | string {
  try {
    return KeptHead.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    return `the head that was kept of the ledger of reports cannot be read: ${messageOf(error)}`;
  }
}

/** Keeps it, on the disk when it resolves. */
export async function keepHead(path: string, head: KeptHead): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(head)}\n`);
}
