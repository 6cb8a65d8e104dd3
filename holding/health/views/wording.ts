import { sayIn, translate, type Language, type Translated, type Words } from '#lib/language.ts';
import type { State } from '../snapshot.ts';

/** A point in time, as the page shows it without a script and as its script counts from it. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  /** For `<time datetime>`. */
  readonly iso: string;
  /** In the owner's time zone and language: `9 Oct 2025, 14:03:05`. */
  readonly text: string;
}

/** Writes a time down in one zone. */
export type MomentOf = (ms: number) => Moment;

/** What is counted, as it is said of one and of any other number. */
export interface Noun {
  readonly one: Words;
  readonly many: Words;
}

/** Each state in a word for a person. */
export const stateWords: Readonly<Record<State, Translated>> = {
  new: { en: 'New', nl: 'Nieuw' },
  up: { en: 'Up', nl: 'In orde' },
  degraded: { en: 'Degraded', nl: 'Matig' },
  late: { en: 'Late', nl: 'Te laat' },
  down: { en: 'Down', nl: 'Storing' },
  flapping: { en: 'Flapping', nl: 'Wisselvallig' },
  blocked: { en: 'Blocked', nl: 'Geblokkeerd' },
  unknown: { en: 'Unknown', nl: 'Onbekend' },
  paused: { en: 'Paused', nl: 'Gepauzeerd' },
  maintenance: { en: 'Maintenance', nl: 'Onderhoud' },
  off: { en: 'Not set up', nl: 'Niet ingesteld' },
};

/** The groups' titles, in the order of the page. */
export const groupTitles: Readonly<Record<string, Translated>> = {
  daemons: { en: 'Daemons', nl: 'Processen' },
  jobs: { en: 'Jobs and queues', nl: 'Taken en wachtrijen' },
  tools: { en: 'MCP tools', nl: 'MCP-tools' },
  units: { en: 'Business units', nl: 'Bedrijfsonderdelen' },
  memory: { en: 'Memory', nl: 'Geheugen' },
  reports: { en: 'Reports', nl: 'Rapporten' },
  host: { en: 'Host', nl: 'Machine' },
  mine: { en: 'Your own checks', nl: 'Je eigen controles' },
};

/** What is counted most. */
export const checkNoun: Noun = { one: { en: 'check', nl: 'controle' }, many: { en: 'checks', nl: 'controles' } };
export const reportNoun: Noun = { one: { en: 'report', nl: 'rapport' }, many: { en: 'reports', nl: 'rapporten' } };
export const recordNoun: Noun = {
  one: { en: 'record', nl: 'herinnering' },
  many: { en: 'records', nl: 'herinneringen' },
};

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', nl: 'nl-NL' };

/** Kept, for making one costs more than a page's uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Makes the writer of times for the owner's zone and language. */
export function momentsIn(timeZone: string, language: Language = 'en'): MomentOf {
  const name = `${language} ${timeZone}`;
  const format =
    formats.get(name) ??
    new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle: 'medium', timeZone });
  formats.set(name, format);
  return (ms) => ({ ms, iso: new Date(ms).toISOString(), text: format.format(ms) });
}

/** `1 check`, `2 checks`: as commands, which speak English, say it. */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1 check` or `1 controle`, `2 checks` or `2 controles`. */
export function amountOf(count: number, { one, many }: Noun): Translated {
  return translate(count === 1 ? one : many, (noun) => `${count} ${noun}`);
}

/** A share as a percentage, rounded down (99.999 % is not 100 %); `–` where nothing is known. */
export function percentage(share: number | null, language: Language = 'en'): string {
  if (share === null) return '–';
  return share === 1 ? '100' : decimal(Math.floor(share * 10_000) / 100, 2)[language];
}

/** A number with so many digits after its point, which is a comma in Dutch. */
export function decimal(value: number, digits: number): Translated {
  const en = value.toFixed(digits);
  return { en, nl: en.replace('.', ',') };
}

/** With a capital at its beginning, as a reason stands on the page. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Several words as one: `3 records, 1 new this week`. */
export function joined(all: readonly Words[], separator: string): Translated {
  const said = (language: Language): string => all.map(sayIn(language)).join(separator);
  return { en: said('en'), nl: said('nl') };
}

/** How long ago something was, in one unit: `under a minute`, `3 min`, `5 h`, `2 d`. */
export function ageWords(ms: number): Translated {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return { en: 'under a minute', nl: 'minder dan een minuut' };
  if (minutes < 120) return { en: `${minutes} min`, nl: `${minutes} min` };
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return { en: `${hours} h`, nl: `${hours} u` };
  const days = Math.floor(hours / 24);
  return { en: `${days} d`, nl: `${days} d` };
}
