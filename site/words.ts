import type { IndexView, Moment } from '#holding/health/views.ts';

/** How the page writes moments, in the owner's zone. */
export interface Times {
  /** `14:03` on the page's own day, else `9 Oct`, else `9 Oct 2024`. */
  readonly short: (moment: Moment) => string;
  /** The same with the time of day: `14:03`, `9 Oct 14:03`. */
  readonly full: (moment: Moment) => string;
}

/** Makes the writers of times of one page. */
export function timesOf({ timezone, generatedAt }: Pick<IndexView, 'timezone' | 'generatedAt'>): Times {
  const { time, date } = formatsOf(timezone);
  const today = date.format(generatedAt.ms);
  const year = today.slice(-5);
  const dayOf = (ms: number): string => {
    const day = date.format(ms);
    return day === today ? '' : day.endsWith(year) ? day.slice(0, -5) : day;
  };
  return {
    short: ({ ms }) => dayOf(ms) || time.format(ms),
    full: ({ ms }) => `${dayOf(ms)} ${time.format(ms)}`.trimStart(),
  };
}

const formats = new Map<string, { time: Intl.DateTimeFormat; date: Intl.DateTimeFormat }>();

/** Kept for each zone: a formatter costs more than all of a page's uses, and 30 KB outside the heap that stay taken. */
function formatsOf(timeZone: string): { time: Intl.DateTimeFormat; date: Intl.DateTimeFormat } {
  const made = formats.get(timeZone) ?? {
    time: new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }),
    date: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone }),
  };
  formats.set(timeZone, made);
  return made;
}

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1000 },
] as const;

/** A length of time in one unit: `4 ms`, `0.4 s`, `41 s`, `3 min`, `2 h`, `19 d`; `–` where there is none. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 100) return `${Math.max(ms < 1 ? 0 : 1, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const unit = units.find((each) => ms >= each.ms) ?? units[3];
  return `${Math.floor(ms / unit.ms)} ${unit.name}`;
}

/** A schedule as a person says it, for the usual patterns; any other as it was declared. */
export function scheduleWords(schedule: string): string {
  const { fields, zone } = partsOf(schedule);
  const [second = '', minute = '', hour = '', ...rest] = fields.length === 5 ? ['0', ...fields] : fields;
  const daily = rest.length === 3 && rest.every((field) => field === '*');
  if (!daily || !/^\d+$/.test(second)) return schedule;
  if (minute === '*' && hour === '*') return 'every minute';
  if (/^\*\/\d+$/.test(minute) && hour === '*') return `every ${minute.slice(2)} minutes`;
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return schedule;
  const at = `daily ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  return zone === 'UTC' ? `${at} UTC` : at;
}

/** A zone, in brackets or not, is told from a field of the pattern by its letters. */
function partsOf(schedule: string): { fields: string[]; zone: string } {
  const words = schedule
    .replaceAll(/[(),]*( |$)/g, '$1')
    .replaceAll('(', '')
    .split(' ');
  const zone = /^UTC$|[a-z]/.test(words.at(-1) ?? '') ? words.pop() : undefined;
  return { fields: words, zone: zone ?? '' };
}
