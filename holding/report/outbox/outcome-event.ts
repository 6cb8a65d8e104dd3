import type { Outcome } from '../outbox.ts';
import { isGivenUp } from './backoff.ts';
import type { Event } from './entry.ts';
import type { Kept } from './fold.ts';
import { oneLine } from './one-line.ts';

interface Tried {
  readonly kept: Kept;
  readonly courier: string;
  readonly now: number;
  /** Until the next attempt, in milliseconds. */
  readonly wait: number;
}

/** A courier asks for no more than this, whatever it says. */
const longestHoldMs = 24 * 3_600_000;

/** What an attempt came to, as the ledger keeps it. */
export function eventOf(outcome: Outcome, { kept, courier, now, wait }: Tried): Event {
  const { parcel, firstTriedAt } = kept;
  const shared = { seq: parcel.seq, at: now };
  switch (outcome.kind) {
    case 'accepted':
      return { type: 'accepted', ...shared, courier, reference: oneLine(outcome.reference) };
    case 'refused':
      return { type: 'dead', ...shared, why: oneLine(outcome.why) };
    case 'wait': {
      const nextTryAt = now + Math.min(Math.max(0, outcome.ms), longestHoldMs);
      return { type: 'postponed', ...shared, nextTryAt, why: 'the courier asked for time', isAttempt: false };
    }
    case 'stopped':
      return { type: 'postponed', ...shared, nextTryAt: now, why: oneLine(outcome.why), isAttempt: false };
    case 'unreachable':
    case 'unanswered':
      break;
  }
  const why = oneLine(outcome.why);
  const triedForMs = now - (firstTriedAt ?? now);
  if (isGivenUp({ triedForMs, attempts: parcel.attempts })) return { type: 'dead', ...shared, why };
  return { type: 'postponed', ...shared, nextTryAt: now + wait, why, isAttempt: true };
}
