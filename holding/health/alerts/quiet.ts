import { Temporal } from 'temporal-polyfill';
import type { QuietHours } from '#lib/env-variables.ts';
import type { Hold } from '../store/holds.ts';

/** When the owner wants to hear nothing that can wait. */
export interface Quiet {
  readonly hours: QuietHours | undefined;
  /** IANA zone of the hours. */
  readonly timezone: string;
  readonly holds: readonly Hold[];
}

/** About whom something is to be told, and how. */
interface Matter {
  /** Null: the whole. */
  readonly check: string | null;
  readonly urgent: boolean;
  readonly sound: boolean;
}

/** Later than any clock: until the owner ends it. */
const forever = 8_640_000_000_000_000;

/** When the owner may be told of a matter that is known now: not while it is snoozed, nor with a noise in quiet hours. */
export function dueAt({ check, urgent, sound }: Matter, quiet: Quiet, now: number): number {
  const awake = Math.max(now, snoozedUntil(check, quiet.holds, now));
  if (urgent || !sound || awake === forever) return awake;
  return quietUntil(awake, quiet) ?? awake;
}

function snoozedUntil(check: string | null, holds: readonly Hold[], now: number): number {
  const ends = holds
    .filter((hold) => hold.kind === 'snoozed' && hold.from <= now && (hold.check === null || hold.check === check))
    .map(({ until }) => until ?? forever);
  return Math.max(...ends, -Infinity);
}

/**
 * The end of the quiet hours that go on at a time; null: none do. They are real stretches of time, so that a night in
 * which the clocks change has one, longer or shorter.
 */
export function quietUntil(time: number, { hours, timezone }: Pick<Quiet, 'hours' | 'timezone'>): number | null {
  if (hours === undefined) return null;
  const today = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timezone).toPlainDate();
  const days = hours.from < hours.to ? 0 : 1;
  for (const first of [today.subtract({ days: 1 }), today]) {
    const begins = momentOf(first, hours.from, { timezone, disambiguation: 'compatible' });
    const ends = momentOf(first.add({ days }), hours.to, { timezone, disambiguation: 'later' });
    if (begins <= time && time < ends) return ends;
  }
  return null;
}

/** A local time that is skipped or comes twice on such a night: see `disambiguation`. */
function momentOf(
  date: Temporal.PlainDate,
  minutes: number,
  { timezone, disambiguation }: { timezone: string; disambiguation: 'compatible' | 'later' },
): number {
  const time = new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60);
  return date.toPlainDateTime(time).toZonedDateTime(timezone, { disambiguation }).epochMilliseconds;
}

/** When the morning begins of those who have no quiet hours; minutes since midnight. */
const usualMorning = 8 * 60;

/** The next morning: when quiet hours end, else at eight. */
export function nextMorning(
  now: number,
  { timezone, quietHours }: { readonly timezone: string; readonly quietHours: QuietHours | undefined },
): number {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate();
  const minutes = quietHours?.to ?? usualMorning;
  const begins = (date: Temporal.PlainDate): number =>
    momentOf(date, minutes, { timezone, disambiguation: 'compatible' });
  return begins(today) > now ? begins(today) : begins(today.add({ days: 1 }));
}
