import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Check } from '../check.ts';
import { line } from './parts.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const planned = { en: 'planned in checks.yaml', nl: 'gepland in checks.yaml' };
const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

/**
 * A time of planned maintenance: each day or on some weekdays from one local time to another (over midnight where `to`
 * is not after `from`; the weekday is that of its beginning), or once from one local date and time to another.
 */
export const Window = z
  .strictObject({
    days: z
      .array(z.enum(weekdays, { error: `must be one of ${weekdays.join(', ')}` }))
      .min(1, 'is empty')
      .optional(),
    from: line(20),
    to: line(20),
  })
  .superRefine((window, context) => {
    for (const [message, key] of faultsOf(window)) context.addIssue({ code: 'custom', message, path: [key] });
  });
export type Window = z.infer<typeof Window>;

function faultsOf({ days, from, to }: { days?: unknown; from: string; to: string }): [string, string][] {
  const isDaily = timeOfDay.test(from);
  const wrong = 'must be a time such as "03:00", or a date and time such as 2026-12-01T22:00';
  if (!isDaily && momentOf(from) === null) return [[wrong, 'from']];
  if (isDaily !== timeOfDay.test(to)) return [['must be written as from is', 'to']];
  if (isDaily) return from === to ? [['is the same as from', 'to']] : [];
  const [begin, end] = [momentOf(from), momentOf(to)];
  if (begin === null || end === null) return [[wrong, 'to']];
  if (days !== undefined) return [['goes only with times of the day', 'days']];
  return Temporal.PlainDateTime.compare(begin, end) < 0 ? [] : [['is not after from', 'to']];
}

function momentOf(text: string): Temporal.PlainDateTime | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return null;
  try {
    return Temporal.PlainDateTime.from(text);
  } catch {
    return null; // A 30th of February; the caller says so.
  }
}

/** Whether maintenance is planned at a time; worked out once a minute, for it is asked at each beat. */
export function plannedIn(windows: readonly Window[], timezone: string): NonNullable<Check['maintenanceAt']> {
  let known: { minute: number; until: number | null } = { minute: -1, until: null };
  return (now) => {
    const minute = Math.floor(now / 60_000);
    if (minute !== known.minute) known = { minute, until: endAt(minute * 60_000, windows, timezone) };
    return known.until === null ? null : { until: known.until, reason: planned };
  };
}

/** When the window that lasts longest is over, of those that go on; null: none does. */
function endAt(now: number, windows: readonly Window[], timezone: string): number | null {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate();
  const ends = windows
    .flatMap((window) => occurrences(window, today, timezone))
    .flatMap(({ begin, end }) => (begin <= now && now < end ? [end] : []));
  return ends.length === 0 ? null : Math.max(...ends);
}

/** Those that can go on today: one may have begun yesterday. */
function occurrences(window: Window, today: Temporal.PlainDate, timezone: string): { begin: number; end: number }[] {
  const { days, from, to } = window;
  const inZone = (text: string): number =>
    Temporal.PlainDateTime.from(text).toZonedDateTime(timezone).epochMilliseconds;
  if (!timeOfDay.test(from)) return [{ begin: inZone(from), end: inZone(to) }];
  return [today.subtract({ days: 1 }), today].flatMap((day) => {
    const weekday = weekdays[day.dayOfWeek - 1];
    if (days !== undefined && (weekday === undefined || !days.includes(weekday))) return [];
    const lastDay = to > from ? day : day.add({ days: 1 });
    return [{ begin: inZone(`${day.toString()}T${from}`), end: inZone(`${lastDay.toString()}T${to}`) }];
  });
}
