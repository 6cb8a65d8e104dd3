import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import type { Clock } from '#lib/clock.ts';
import type { Books } from './books.ts';
import { shelfLines } from './write/export.ts';

/**
 * A shelf that is ahead of the journal has what that lost: a ledger that was moved away, or put back from before. The
 * shelf follows the journal, so what it has is exported first; whether to take it back in is the owner's to decide.
 */
export async function rescueShelf(
  { shelf, journal, log }: Books,
  { folder, clock }: { readonly folder: string; readonly clock: Clock },
): Promise<void> {
  if (shelf.seq() <= journal.head().seq) return;
  const file = join(folder, `memory-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')}.jsonl`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, `${[...shelfLines(shelf)].join('\n')}\n`);
  log.warn(`The journal ends before what is remembered, so that was exported: npm run memory -- import '${file}'`);
}
