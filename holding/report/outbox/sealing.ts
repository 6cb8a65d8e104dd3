import type { Clock } from '#lib/clock.ts';
import type { DataPaths } from '#lib/paths.ts';
import type { Sealed, ToSeal } from '../envelope.ts';
import type { LetterKind } from '../letter.ts';
import type { Ledger } from './ledger.ts';
import type { ParcelFiles } from './parcel-files.ts';
import type { SequencePlace } from './sequence-place.ts';

/** What sealing takes. */
export interface Sealing {
  readonly ledger: Ledger;
  readonly files: ParcelFiles;
  readonly paths: Pick<DataPaths, 'reportHead' | 'reportSigningKey'>;
  /** The owner's public keys, 32 bytes each. */
  readonly recipients: readonly Uint8Array[];
  readonly plaintext: readonly LetterKind[];
  /** Out of the event loop's way. */
  readonly seal: (what: ToSeal, signal: AbortSignal) => Promise<Sealed>;
  /** The next one is due at the latest so long after this one. */
  readonly nextWithinMs: number;
  readonly clock: Clock;
  /** Called with what the ledger had lost, before anything is written. */
  readonly onLost: (lost: SequencePlace['lost'], signal: AbortSignal) => Promise<void>;
}
