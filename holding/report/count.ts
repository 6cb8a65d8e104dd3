import { firstDayOf, weekOf, type Day } from './days.ts';

/** One document, feed item or search result that was seen. */
export interface Sighting {
  /** Where it came by: `documents`, a feed's address, a search. */
  readonly channel: string;
  /** Who speaks: a file for the unit's own documents, else a registrable domain. */
  readonly source: string;
  readonly kind: 'document' | 'feed' | 'search';
  readonly day: Day;
  readonly terms: readonly string[];
}

export type Source = Pick<Sighting, 'source' | 'kind'>;

/**
 * The weeks before that a channel can be compared with. A feed shows its newest items only, and a search was not made
 * before: so of these a week counts only if the channel was known since its first day. A file stays where it is.
 */
export function comparableWeeks(sightings: Iterable<Sighting>, today: Day): ReadonlyMap<string, ReadonlySet<number>> {
  const firstDay = new Map<string, Day>();
  const seen = new Map<string, Set<number>>();
  const ownFiles = new Set<string>();
  for (const { channel, kind, day } of sightings) {
    const week = weekOf(day, today);
    if (week === null) continue;
    if (kind === 'document') ownFiles.add(channel);
    firstDay.set(channel, Math.min(day, firstDay.get(channel) ?? day));
    if (week > 0) seen.set(channel, (seen.get(channel) ?? new Set()).add(week));
  }
  for (const [channel, weeks] of seen) {
    if (ownFiles.has(channel)) continue;
    for (const week of weeks) if (firstDayOf(week, today) < (firstDay.get(channel) ?? 0)) weeks.delete(week);
    if (weeks.size === 0) seen.delete(channel);
  }
  return seen;
}

/** Who names what in this period. */
export interface Now {
  /** By source's key; of channels that can be compared. */
  readonly compared: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  readonly byTerm: ReadonlyMap<string, ReadonlyMap<string, Source>>;
}

export function namedNow(sightings: Iterable<Sighting>, today: Day, weeks: ReadonlyMap<string, unknown>): Now {
  const [compared, all, channels] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const byTerm = new Map<string, Map<string, Source>>();
  for (const { channel, source, kind, day, terms } of sightings) {
    if (weekOf(day, today) !== 0) continue;
    const key = keyOf({ source, kind });
    all.add(key);
    channels.add(channel);
    if (weeks.has(channel)) compared.add(key);
    for (const term of terms) {
      const sources = byTerm.get(term) ?? new Map<string, Source>();
      byTerm.set(term, sources.set(key, { source, kind }));
    }
  }
  return { compared, all, channels, byTerm };
}

interface Earlier {
  readonly today: Day;
  readonly weeks: ReadonlyMap<string, ReadonlySet<number>>;
  readonly terms: ReadonlySet<string>;
}

/** A source counts once a week, for each term that it names in that week. */
export function namedBefore(
  sightings: Iterable<Sighting>,
  { today, weeks, terms: wanted }: Earlier,
): { readonly of: number; readonly weeks: number; readonly byTerm: ReadonlyMap<string, number> } {
  const named = new Map<string, Set<string>>();
  const weeksSeen = new Set<number>();
  for (const { channel, source, kind, day, terms } of sightings) {
    const week = weekOf(day, today);
    if (week === null || week === 0 || weeks.get(channel)?.has(week) !== true) continue;
    weeksSeen.add(week);
    const key = `${week} ${keyOf({ source, kind })}`;
    const ofSource = named.get(key) ?? new Set<string>();
    for (const term of terms) if (wanted.has(term)) ofSource.add(term);
    named.set(key, ofSource);
  }
  const byTerm = new Map<string, number>();
  for (const terms of named.values()) for (const term of terms) byTerm.set(term, (byTerm.get(term) ?? 0) + 1);
  return { of: named.size, weeks: weeksSeen.size, byTerm };
}

/** Who it is, as one text. */
export function keyOf({ source, kind }: Source): string {
  return kind === 'document' ? `document ${source}` : `domain ${source}`;
}
