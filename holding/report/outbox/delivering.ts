import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import type { LetterKind } from '../letter.ts';
import type { Courier } from '../outbox.ts';
import type { CourierHolds } from './courier-holds.ts';
import type { Ledger } from './ledger.ts';
import type { ParcelFiles } from './parcel-files.ts';

/** What delivering takes. */
export interface Delivering {
  readonly ledger: Ledger;
  readonly files: Pick<ParcelFiles, 'read'>;
  /** In order of preference; the last one is always ready. */
  readonly couriers: readonly Courier[];
  /** Where what nobody acknowledged goes as well. */
  readonly exporter: Courier;
  readonly acknowledgeWithinMs: number;
  readonly holds: CourierHolds;
  /** Kinds that may go out unsealed, as the owner says now. */
  readonly plaintext: readonly LetterKind[];
  /** Whether one of that kind may make a noise now. */
  readonly sounds: (kind: LetterKind, now: number) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). */
  readonly random: () => number;
}
