import { captionOf } from './caption.ts';
import type { Delivering } from './delivering.ts';
import { exportName } from './export-courier.ts';
import type { Kept } from './fold.ts';
import { randomPartOf } from './parcel-files.ts';

/** Lays what nobody acknowledged in time into the export folder as well, once. */
export async function exportOverdue(
  delivering: Pick<Delivering, 'ledger' | 'files' | 'exporter' | 'plaintext' | 'acknowledgeWithinMs' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const { ledger, files, exporter, plaintext, acknowledgeWithinMs, clock, log } = delivering;
  const before = clock.now() - acknowledgeWithinMs;
  const overdue = [...ledger.fold().kept.values()]
    .filter((kept) => isToExport(kept, before))
    .filter(({ parcel }) => !parcel.plaintext || plaintext.includes(parcel.kind));
  for (const kept of overdue) {
    signal.throwIfAborted();
    const { seq, file } = kept.parcel;
    const bytes = await files.read(kept.parcel).catch(() => null); // Gone or damaged: of that it is a dead letter.
    if (bytes === null) continue;
    const load = { seq, bytes, fileName: randomPartOf(file), caption: captionOf(kept), sound: false };
    const outcome = await exporter.carry(load, signal);
    if (outcome.kind === 'accepted')
      ledger.append([{ type: 'exported', seq, at: clock.now(), reference: outcome.reference }]);
    else log.warn('A report that nobody acknowledged could not be exported', { seq, outcome });
  }
}

function isToExport({ parcel, exportedAt }: Kept, before: number): boolean {
  if (exportedAt !== null || parcel.ackedAt !== null || parcel.createdAt > before) return false;
  if (parcel.carriedBy === null) return true;
  return !parcel.plaintext && parcel.carriedBy.courier !== exportName;
}

/** Brought by a bot, and not acknowledged in time. */
export function isOverdue({ parcel }: Kept, before: number): boolean {
  const { carriedBy, ackedAt, plaintext } = parcel;
  if (carriedBy === null || ackedAt !== null || plaintext) return false;
  return carriedBy.courier !== exportName && carriedBy.at <= before;
}
