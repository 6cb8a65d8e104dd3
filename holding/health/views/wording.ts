import type { State } from '../snapshot.ts';

/** A point in time, as the page shows it without a script and as its script counts from it. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  /** For `<time datetime>`. */
  readonly iso: string;
  /** In the owner's time zone: `9 Oct 2025, 14:03:05`. */
  readonly text: string;
}

/** Writes a time down in one zone. */
export type MomentOf = (ms: number) => Moment;

/** Each state in a word for a person. */
export const stateWords: Readonly<Record<State, string>> = {
  new: 'New',
  up: 'Up',
  degraded: 'Degraded',
  late: 'Late',
  down: 'Down',
  flapping: 'Flapping',
  blocked: 'Blocked',
  unknown: 'Unknown',
  paused: 'Paused',
  maintenance: 'Maintenance',
  off: 'Not set up',
};

/** The groups' titles, in the order of the page. */
export const groupTitles: Readonly<Record<string, string>> = {
  daemons: 'Daemons',
  jobs: 'Jobs and queues',
  tools: 'MCP tools',
  units: 'Business units',
  memory: 'Memory',
  reports: 'Reports',
  host: 'Host',
  mine: 'Your own checks',
};

/** Makes the writer of times for the owner's zone. */
export function momentsIn(timeZone: string): MomentOf {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone });
  return (ms) => ({ ms, iso: new Date(ms).toISOString(), text: format.format(ms) });
}

/** `1 check`, `2 checks`. */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A share as a percentage, rounded down (99.999 % is not 100 %); `–` where nothing is known. */
export function percentage(share: number | null): string {
  if (share === null) return '–';
  return share === 1 ? '100' : (Math.floor(share * 10_000) / 100).toFixed(2);
}

/** With a capital at its beginning, as a reason stands on the page. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How long ago something was, in one unit: `under a minute`, `3 min`, `5 h`, `2 d`. */
export function ageWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'under a minute';
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
