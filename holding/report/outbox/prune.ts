import type { Clock } from '#lib/clock.ts';
import { readKeptHead } from './kept-head.ts';
import type { Ledger } from './ledger.ts';
import type { ParcelFiles } from './parcel-files.ts';

interface Pruning {
  readonly ledger: Ledger;
  readonly files: ParcelFiles;
  readonly headPath: string;
  readonly clock: Clock;
}

/** What the owner has had for so long is not kept here. */
const keptForMs = 400 * 24 * 3_600_000;

/**
 * Removes the files of reports that were acknowledged long ago, and those that stand in no ledger, for a process died
 * between the two. Only while nobody seals. The ledger keeps all. Resolves to how many were removed.
 */
export async function pruneFiles({ ledger, files, headPath, clock }: Pruning, signal: AbortSignal): Promise<number> {
  const kept = readKeptHead(headPath);
  if (typeof kept === 'string' || (kept !== null && !ledger.contains(kept))) return 0; // They are rescued first.
  const before = clock.now() - keptForMs;
  const parcels = [...ledger.fold().kept.values()].map(({ parcel }) => parcel);
  if (ledger.unreadable() > 0) return 0; // It may be of a file that is needed.
  const needed = new Set(parcels.filter(({ ackedAt }) => ackedAt === null || ackedAt > before).map(({ file }) => file));
  const spare = (await files.names()).filter((name) => !needed.has(name));
  for (const name of spare) {
    signal.throwIfAborted();
    await files.remove(name);
  }
  return spare.length;
}
