import type { Clock } from '#lib/clock.ts';
import type { Outcome } from '../outbox.ts';
import { oneLine } from './one-line.ts';

/** Which couriers are to be left alone for a while, and what the last attempts said against them. */
export interface CourierHolds {
  readonly note: (courier: string, outcome: Outcome) => void;
  /** For how many more milliseconds it is left alone. */
  readonly untilMs: (courier: string) => number;
  /** Why nothing was brought the last time; null: it was. */
  readonly fault: () => string | null;
}

/** A courier whose token was revoked is asked again after so long: the owner may have mended it where it is kept. */
const stoppedMs = 3_600_000;
const longestWaitMs = 24 * 3_600_000;

/** Of this process: another one finds out for itself. */
export function createCourierHolds(clock: Clock): CourierHolds {
  const until = new Map<string, number>();
  let fault: string | null = null;
  return {
    note: (courier, outcome) => {
      if (outcome.kind === 'stopped') until.set(courier, clock.monotonic() + stoppedMs);
      if (outcome.kind === 'wait') until.set(courier, clock.monotonic() + Math.min(outcome.ms, longestWaitMs));
      if (outcome.kind === 'accepted') fault = null;
      else if (outcome.kind !== 'wait' && outcome.kind !== 'refused') fault = oneLine(outcome.why);
    },
    untilMs: (courier) => Math.max(0, (until.get(courier) ?? 0) - clock.monotonic()),
    fault: () => fault,
  };
}
