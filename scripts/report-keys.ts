import { parseRecipients } from '#holding/report/envelope/recipients.ts';
import type { Env } from '#lib/env.ts';

/**
 * The owner's public keys, for whom reports are sealed; none where none is set.
 * @throws OmegaError with all faults, exit code 2, never showing a key: `E_KEY_IS_SECRET`, `E_KEY_CHECKSUM`, …
 */
export function readReportKeys({ reports }: Pick<Env, 'reports'>): readonly Uint8Array[] {
  return reports.encryptionKey === undefined ? [] : parseRecipients(reports.encryptionKey);
}
