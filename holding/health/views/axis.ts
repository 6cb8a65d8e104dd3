import { Temporal } from 'temporal-polyfill';
import type { Language } from '#lib/language.ts';
import type { Span } from '../store/history.ts';

/** A label below a plot, at a moment that is round in the owner's zone. */
export interface Tick {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly label: string;
}

/** From one label to the next: a part of a day, days, or months. */
type Step = { readonly hours: number } | { readonly days: number } | { readonly months: number };

const dayMs = 86_400_000;

/** A few labels at round local times within a window: nights in which clocks change move none of them off its hour. */
export function ticksOf(window: Span, timezone: string, language: Language): readonly Tick[] {
  const step = stepOf(window);
  const label = labelOf(step, timezone, language);
  const ticks: Tick[] = [];
  const end = Temporal.Instant.fromEpochMilliseconds(window.to);
  let moment = firstOf(step, Temporal.Instant.fromEpochMilliseconds(window.from).toZonedDateTimeISO(timezone));
  while (Temporal.Instant.compare(moment.toInstant(), end) < 0) {
    const at = moment.epochMilliseconds;
    if (at >= window.from) ticks.push({ at, label: label.format(at) });
    moment = next(moment, step);
  }
  return ticks;
}

function stepOf({ from, to }: Span): Step {
  const days = (to - from) / dayMs;
  if (days <= 2) return { hours: 6 };
  if (days <= 45) return { days: 7 };
  return { months: days <= 120 ? 1 : 3 };
}

/** A round time at or before the window's beginning. */
function firstOf(step: Step, from: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  const midnight = from.startOfDay();
  if ('hours' in step) return midnight;
  if ('days' in step) return midnight.subtract({ days: midnight.dayOfWeek - 1 });
  return midnight.with({ day: 1, month: midnight.month - ((midnight.month - 1) % step.months) });
}

/** By the clock on the wall: six hours after midnight is six o'clock in every night. */
function next(moment: Temporal.ZonedDateTime, step: Step): Temporal.ZonedDateTime {
  if (!('hours' in step)) return moment.add(step).startOfDay();
  return moment.toPlainDateTime().add(step).toZonedDateTime(moment.timeZoneId);
}

function labelOf(step: Step, timeZone: string, language: Language): Intl.DateTimeFormat {
  const locale = language === 'nl' ? 'nl-NL' : 'en-GB';
  if ('hours' in step) return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone });
  if ('days' in step) return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone });
  return new Intl.DateTimeFormat(locale, { month: 'short', timeZone });
}
