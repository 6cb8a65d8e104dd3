const dayMs = 86_400_000;

/** Days in a period, today included; the weeks before it are as long. */
export const daysInPeriod = 7;
/** So many weeks before are compared with. */
export const weeksBefore = 12;
/** What is older is neither read nor kept. */
export const daysKept = daysInPeriod * (weeksBefore + 1);

/** A day of the owner's calendar, as the number of days since 1970-01-01. */
export type Day = number;

/** Which day it is where the owner lives. */
export function dayIn(timezone: string): (time: number) => Day {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
  return (time) => Math.floor(Date.parse(`${format.format(time)}T00:00:00Z`) / dayMs);
}

/** As it is written: 2026-03-01. */
export function dayText(day: Day): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** 0: the period that ends today; 1 to {@link weeksBefore}: the weeks before; null: neither. */
export function weekOf(day: Day, today: Day): number | null {
  const week = Math.floor((today - day) / daysInPeriod);
  return day > today || week > weeksBefore ? null : week;
}

/** The first day of such a week. */
export function firstDayOf(week: number, today: Day): Day {
  return today - daysInPeriod * (week + 1) + 1;
}
