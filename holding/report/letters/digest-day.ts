import { Temporal } from 'temporal-polyfill';

/** A morning's digest: the date of the owner's calendar, and when it is due. */
export interface DigestDay {
  /** `2026-03-03`. */
  readonly date: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The last one that is due: today's, or yesterday's where this morning's is still to come. A date has one, however long
 * its day is and wherever the clock is set.
 * @param wallTime `07:00`; where a night skips it, as long after as it skips
 */
export function digestDayOf(now: number, { timezone, wallTime }: { timezone: string; wallTime: string }): DigestDay {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate();
  const plainTime = Temporal.PlainTime.from(wallTime);
  const dueOn = (date: Temporal.PlainDate): DigestDay => ({
    date: date.toString(),
    at: date.toZonedDateTime({ timeZone: timezone, plainTime }).epochMilliseconds,
  });
  const todays = dueOn(today);
  return todays.at <= now ? todays : dueOn(today.subtract({ days: 1 }));
}

/** The date that it is. */
export function dateOf(now: number, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate().toString();
}
