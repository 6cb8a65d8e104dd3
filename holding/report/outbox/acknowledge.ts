import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '#lib/clock.ts';
import type { Acknowledgement, Outbox } from '../outbox.ts';
import type { Ledger } from './ledger.ts';

const mostWrongInAnHour = 5;
const hourMs = 3_600_000;

/**
 * Takes what the owner's reader showed as a proof that it opened a report. A wrong code changes nothing; after five
 * wrong ones within an hour, for one report, none is looked at until the first of them is an hour old.
 */
export function createAcknowledge(ledger: () => Ledger, clock: Clock): Outbox['acknowledge'] {
  const wrong = new Map<number, number[]>();
  return ({ seq, code }) => {
    const kept = ledger().fold().kept.get(seq);
    if (kept === undefined || kept.receipt === null) return 'no-report';
    const tries = (wrong.get(seq) ?? []).filter((at) => clock.monotonic() - at < hourMs);
    wrong.set(seq, tries);
    if (tries.length >= mostWrongInAnHour) return 'too-many-tries';
    if (!isSame(code, kept.receipt)) {
      tries.push(clock.monotonic());
      return 'wrong-code';
    }
    wrong.delete(seq);
    return acknowledged(kept.parcel.ackedAt !== null && kept.parcel.nextTryAt === null);

    function acknowledged(isKnown: boolean): Acknowledgement {
      if (isKnown) return 'already';
      ledger().append([{ type: 'acked', seq, at: clock.now() }]);
      return 'acknowledged';
    }
  };
}

function isSame(code: string, receipt: string): boolean {
  const [one, other] = [code, receipt].map((text) => Buffer.from(text.trim().toUpperCase()));
  return one !== undefined && other !== undefined && one.length === other.length && timingSafeEqual(one, other);
}
