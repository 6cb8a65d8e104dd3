import type { Log } from '#lib/log.ts';
import type { Courier } from '../outbox.ts';
import { randomPartOf, seqOfFile, type ParcelFiles } from './parcel-files.ts';
import type { SequencePlace } from './sequence-place.ts';

interface Rescue {
  readonly files: Pick<ParcelFiles, 'names' | 'readAny'>;
  readonly exporter: Courier;
  readonly log: Log;
}

/**
 * What was sealed and is in no ledger any more goes to the export folder: whether it was sent nobody knows. The files
 * stay until the new epoch is written down, for by their names no number is given twice.
 */
export async function rescueLost(
  { after, to }: SequencePlace['lost'],
  { files, exporter, log }: Rescue,
  signal: AbortSignal,
): Promise<void> {
  log.warn('The ledger of reports has lost its end; a new epoch begins', { after, to });
  for (const name of await files.names()) {
    const seq = seqOfFile(name);
    if (seq === null || seq <= after || seq > to) continue;
    const bytes = await files.readAny(name);
    const outcome = await exporter.carry(
      { seq, bytes, fileName: randomPartOf(name), caption: '', sound: false },
      signal,
    );
    log.info('A report that the ledger lost lies in the export folder', { seq, outcome });
  }
}
