import type { Language, Translated, Words } from '#lib/language.ts';
import type { Span } from '../store/history.ts';
import { stretchWords } from './words.ts';

/** Times as an alert tells them: in the owner's zone, short, for it is read soon. */
export interface Clockwork {
  /** `02:10`; of another day than `now`: `3 Mar, 02:10`. */
  readonly at: (time: number, now: number) => string;
  /** `from 02:10 to 02:40`. */
  readonly stretch: (span: Span, now: number) => Translated;
  /** `30 min`, `2 h 5 min`, `3 d 4 h`. */
  readonly lasting: (ms: number) => Words;
}

/** Makes it for a zone and a language. */
export function clockworkIn(timeZone: string, language: Language): Clockwork {
  const locale = language === 'nl' ? 'nl-NL' : 'en-GB';
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  // Made when they are needed, for most heartbeats tell nothing.
  const formatted = (ms: number, format: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, { ...format, timeZone }).format(ms);
  const dayOf = (ms: number): string => formatted(ms, { dateStyle: 'short' });
  const at: Clockwork['at'] = (ms, now) =>
    formatted(ms, dayOf(ms) === dayOf(now) ? time : { ...time, day: 'numeric', month: 'short' });
  return { at, stretch: (span, now) => stretchWords(span, (ms) => at(ms, now)), lasting };
}

function lasting(ms: number): Words {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min`;
  if (days === 0) return { en: `${hours} h ${minutes % 60} min`, nl: `${hours} u ${minutes % 60} min` };
  return { en: `${days} d ${hours % 24} h`, nl: `${days} d ${hours % 24} u` };
}
