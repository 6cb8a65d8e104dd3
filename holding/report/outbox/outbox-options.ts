import type { Clock } from '#lib/clock.ts';
import type { Language } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import type { Sealed, ToSeal } from '../envelope.ts';
import type { LetterDesk, LetterKind } from '../letter.ts';
import type { Courier } from '../outbox.ts';

/** What an outbox takes. */
export interface OutboxOptions {
  readonly paths: Pick<DataPaths, 'ledgerDb' | 'outbox' | 'reportHead' | 'reportSigningKey' | 'reportExports' | 'run'>;
  readonly desk: LetterDesk;
  /** Bots and the like, in order of preference; what none of them takes goes to the export folder. */
  readonly couriers: readonly Courier[];
  /** The owner's public keys, 32 bytes each; or why what was given is none. */
  readonly keys: { readonly recipients: readonly Uint8Array[]; readonly fault: string | null };
  /** Kinds that go out as they are, as the owner said. */
  readonly plaintext: readonly LetterKind[];
  readonly language: Language;
  readonly clock: Clock;
  readonly log: Log;
  /** Large ones in a thread of their own, unless said. */
  readonly seal?: (what: ToSeal, signal: AbortSignal) => Promise<Sealed>;
  /** The next report is due at the latest so long after one; 26 hours unless said, for one comes each day. */
  readonly nextWithinMs?: number;
  /** Overdue afterwards; 48 hours unless said. */
  readonly acknowledgeWithinMs?: number;
  /** Whether one of that kind may make a noise now; incidents only, unless said. */
  readonly sounds?: (kind: LetterKind, now: number) => boolean;
  readonly random?: () => number;
}
