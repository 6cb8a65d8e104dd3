import type { OutboxStanding } from '../outbox.ts';
import { isOverdue } from './export-overdue.ts';
import type { Kept } from './fold.ts';
import type { Ledger } from './ledger.ts';

/** What is known beside the ledger. */
export interface Beside {
  readonly recipients: number;
  readonly plaintext: readonly string[];
  readonly heldBack: number;
  readonly fault: string | null;
  readonly acknowledgeWithinMs: number;
  readonly now: number;
}

/** What a ledger that cannot be read says: nothing. */
export function unknownStanding({ recipients, plaintext, heldBack, fault }: Beside): OutboxStanding {
  const counts = { sealed: 0, sent: 0, acknowledged: 0, overdue: 0, dead: 0, waiting: 0 };
  const times = { lastSealedAt: null, lastAckedAt: null, verified: false, epoch: 0, lastSeq: 0 };
  return { recipients, plaintext, ...counts, heldBack, ...times, fault };
}

/** Counts all that there is: five thousand take five milliseconds. */
export function standingOf(ledger: Ledger, beside: Beside): OutboxStanding {
  const fold = ledger.fold();
  const all = [...fold.kept.values()];
  const count = (is: (kept: Kept) => boolean): number => all.filter(is).length;
  const { epoch, lastSeq } = fold.end();
  const acked = all.flatMap(({ parcel }) => parcel.ackedAt ?? []);
  return {
    recipients: beside.recipients,
    plaintext: beside.plaintext,
    sealed: count(({ parcel }) => !parcel.plaintext),
    sent: count(({ parcel }) => parcel.carriedBy !== null),
    acknowledged: acked.length,
    overdue: count((kept) => isOverdue(kept, beside.now - beside.acknowledgeWithinMs)),
    dead: count(({ parcel }) => parcel.state === 'dead'),
    waiting: count(({ parcel }) => parcel.nextTryAt !== null),
    heldBack: beside.heldBack,
    lastSealedAt: latest(all.flatMap(({ parcel }) => (parcel.plaintext ? [] : parcel.createdAt))),
    lastAckedAt: latest(acked),
    verified: acked.length > 0,
    epoch,
    lastSeq,
    fault: beside.fault,
  };
}

function latest(times: readonly number[]): number | null {
  return times.length === 0 ? null : times.reduce((one, other) => Math.max(one, other));
}
