import type { Moment, PageFrame } from '#holding/health/views.ts';
import { sayIn, type Language, type Translated } from '#lib/language.ts';

/** How the page writes moments, in the owner's zone and language. */
export interface Times {
  /** `14:03` on the page's own day, else `9 Oct`, else `9 Oct 2024`. */
  readonly short: (moment: Pick<Moment, 'ms'>) => string;
  /** The same with the time of day: `14:03`, `9 Oct 14:03`. */
  readonly full: (moment: Pick<Moment, 'ms'>) => string;
}

/** Makes the writers of times of one page. */
export function timesOf(frame: Pick<PageFrame, 'timezone' | 'generatedAt' | 'language'>): Times {
  const { time, date } = formatsOf(frame.timezone, frame.language);
  const today = date.format(frame.generatedAt.ms);
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

interface Formats {
  readonly time: Intl.DateTimeFormat;
  readonly date: Intl.DateTimeFormat;
}

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', nl: 'nl-NL' };
const formats = new Map<string, Formats>();

/** Kept for each zone: a formatter costs more than all of a page's uses, and 30 KB outside the heap that stay taken. */
function formatsOf(timeZone: string, language: Language): Formats {
  const key = `${language} ${timeZone}`;
  const made = formats.get(key) ?? {
    time: new Intl.DateTimeFormat(locales[language], { timeStyle: 'short', timeZone }),
    date: new Intl.DateTimeFormat(locales[language], { day: 'numeric', month: 'short', year: 'numeric', timeZone }),
  };
  formats.set(key, made);
  return made;
}

/** A schedule as a person says it, for the usual patterns; any other as it was declared. */
export function scheduleWords(schedule: string, language: Language): string {
  const { fields, zone } = partsOf(schedule);
  const [second = '', minute = '', hour = '', ...rest] = fields.length === 5 ? ['0', ...fields] : fields;
  const daily = rest.length === 3 && rest.every((field) => field === '*');
  if (!daily || !/^\d+$/.test(second)) return schedule;
  const words = dailyWords(minute, hour, zone);
  return words === null ? schedule : sayIn(language)(words);
}

function dailyWords(minute: string, hour: string, zone: string): Translated | null {
  if (/^\*(?:\/1)?$/.test(minute) && hour === '*') return { en: 'every minute', nl: 'elke minuut' };
  if (/^\*\/\d+$/.test(minute) && hour === '*') {
    return { en: `every ${minute.slice(2)} minutes`, nl: `elke ${minute.slice(2)} minuten` };
  }
  if (!/^\d+$/.test(minute)) return null;
  if (hour === '*') return { en: 'hourly', nl: 'elk uur' };
  if (!/^\d+$/.test(hour)) return null;
  const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}${zone === 'UTC' ? ' UTC' : ''}`;
  return { en: `daily ${at}`, nl: `elke dag ${at}` };
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
