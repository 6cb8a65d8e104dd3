import type { CountOptions, Sighting } from './count.ts';
import { daysInPeriod, firstDayOf, weekOf, weeksBefore, type Day } from './days.ts';
import { paced } from './paced.ts';

/** Days of which it is known what a channel said, both included. */
export interface Cover {
  readonly channel: string;
  readonly from: Day;
  readonly until: Day;
}

/** The same, of all channels: each with its days. */
export type Covered = ReadonlyMap<string, ReadonlySet<Day>>;

/** Of a week with fewer covered days too much may have been missed; a weekend without Omega is no matter. */
const fewestDays = 5;

/** The two kinds of voices. Each is compared with itself: they come in numbers of their own, and from other weeks. */
export const voices = ['document', 'domain'] as const;
export type Voice = (typeof voices)[number];

export function voiceOf({ kind }: Pick<Sighting, 'kind'>): Voice {
  return kind === 'document' ? 'document' : 'domain';
}

/** What is compared with what. */
export interface Plan {
  readonly weeks: Readonly<Record<Voice, ReadonlySet<number>>>;
  readonly channels: ReadonlySet<string>;
  /** Those that speak now but cannot be compared: of the weeks before too little is known of them. */
  readonly newChannels: readonly string[];
}

/**
 * A feed shows its newest items only, and a search was not made before: so of these a week counts only where it was
 * covered, and only the weeks that all have in common, else what one of them speaks of would seem to rise. A file
 * stays where it is.
 */
export async function planOf(options: Pick<CountOptions, 'sightings' | 'covered' | 'today' | 'signal'>): Promise<Plan> {
  const now = [...(await channelsOf(options))].filter(([, { weeks }]) => weeks.has(0));
  const files = now.filter(([, { voice }]) => voice === 'document');
  const documentWeeks = new Set(files.flatMap(([, { weeks }]) => [...weeks]).filter((week) => week > 0));
  const web = now
    .filter(([, { voice }]) => voice === 'domain')
    .map(([channel]) => ({ channel, weeks: wholeWeeks(options.covered.get(channel), options.today) }))
    .toSorted((one, other) => other.weeks.size - one.weeks.size);

  const channels = new Set(documentWeeks.size > 0 ? files.map(([channel]) => channel) : []);
  let common: ReadonlySet<number> = new Set(web[0]?.weeks);
  for (const { channel, weeks } of web) {
    const left = common.intersection(weeks);
    if (left.size === 0) continue;
    common = left;
    channels.add(channel);
  }
  return {
    weeks: { document: documentWeeks, domain: common },
    channels,
    newChannels: now.map(([channel]) => channel).filter((channel) => !channels.has(channel)),
  };
}

/** Whose voice a channel brings, and in which weeks there was something. */
interface Channel {
  readonly voice: Voice;
  readonly weeks: Set<number>;
}

async function channelsOf({
  sightings,
  today,
  signal,
}: Pick<CountOptions, 'sightings' | 'today' | 'signal'>): Promise<Map<string, Channel>> {
  const channels = new Map<string, Channel>();
  for await (const { channel, kind, day } of paced(sightings(), signal)) {
    const week = weekOf(day, today);
    if (week === null) continue;
    const known = channels.get(channel) ?? { voice: voiceOf({ kind }), weeks: new Set<number>() };
    known.weeks.add(week);
    channels.set(channel, known);
  }
  return channels;
}

function wholeWeeks(days: ReadonlySet<Day> | undefined, today: Day): Set<number> {
  const whole = new Set<number>();
  for (let week = 1; week <= weeksBefore; week += 1) {
    const first = firstDayOf(week, today);
    const known = Array.from({ length: daysInPeriod }, (_, n) => first + n).filter((day) => days?.has(day) === true);
    if (known.length >= fewestDays) whole.add(week);
  }
  return whole;
}

/**
 * What a feed's list covers: back to its oldest item. One that stands far apart, as what is pinned to its top does,
 * says nothing of the time in between.
 */
export function coverOfList(channel: string, days: readonly Day[], today: Day): Cover {
  let from = today;
  for (const day of days.toSorted((one, other) => other - one)) {
    if (from - day > daysInPeriod) break;
    from = Math.min(from, day);
  }
  return { channel, from, until: today };
}
