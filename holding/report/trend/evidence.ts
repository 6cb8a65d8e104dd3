import { weekOf, type Day } from './days.ts';
import { paced } from './paced.ts';
import type { Remembered, Seen, Sightings } from './sightings.ts';
import { keyOf } from './source-weeks.ts';
import type { Trend } from './trend.ts';

export interface EvidenceOptions {
  readonly sightings: Pick<Sightings, 'all' | 'item'>;
  readonly unit: string;
  readonly today: Day;
  /** So many for each trend. */
  readonly most: number;
  readonly signal: AbortSignal;
}

type Place = Pick<Seen, 'channel' | 'key' | 'day'>;

/** What of this period names each trend: of each of its sources the newest, the newest first; all in one reading. */
export async function evidenceOf(
  trends: readonly Trend[],
  { sightings, unit, today, most, signal }: EvidenceOptions,
): Promise<Remembered[][]> {
  const found = trends.map(({ term, sources }) => ({
    term,
    sources: new Set(sources.map(keyOf)),
    bySource: new Map<string, Place>(),
  }));
  for await (const seen of paced(sightings.all(unit, today), signal)) {
    if (weekOf(seen.day, today) !== 0) continue;
    const source = keyOf(seen);
    const asked = found.filter(({ sources }) => sources.has(source));
    const terms = asked.length === 0 ? [] : seen.terms;
    for (const { term, bySource } of asked) {
      if ((bySource.get(source)?.day ?? 0) >= seen.day || !terms.includes(term)) continue;
      const { channel, key, day } = seen;
      bySource.set(source, { channel, key, day });
    }
  }
  return found.map(({ bySource }) =>
    [...bySource]
      .toSorted(([one, { day }], [other, { day: otherDay }]) => otherDay - day || (one < other ? -1 : 1))
      .slice(0, most)
      .map(([, place]) => sightings.item(unit, place))
      .filter((item) => item !== null),
  );
}
