import { existsSync } from 'node:fs';
import type { DataPaths } from '#lib/paths.ts';

/**
 * The envelope of a report by its number, as the ledger has it: what lies in the outbox beside the ledger is nobody's.
 * Null: there is none of it, or it went out unsealed. All is opened and closed anew, so that the edge stays small.
 * @throws OmegaError `E_NO_PARCEL` where its file is gone or damaged.
 */
export async function readSealedReport(paths: DataPaths, seq: number): Promise<Uint8Array | null> {
  if (!existsSync(paths.ledgerDb)) return null; // To look at it must not make one.
  const [{ openLedger }, { openParcelFiles }] = await Promise.all([
    import('#holding/report/outbox/ledger.ts'),
    import('#holding/report/outbox/parcel-files.ts'),
  ]);
  using ledger = openLedger(paths.ledgerDb);
  const parcel = ledger.fold().kept.get(seq)?.parcel;
  return parcel === undefined || parcel.plaintext ? null : openParcelFiles(paths.outbox).read(parcel);
}
