import { planOf, voiceOf, type Covered, type Plan } from './coverage.ts';
import { weekOf, type Day } from './days.ts';
import { paced } from './paced.ts';
import { createSketch, type Sketch } from './sketch.ts';
import { createSourceWeeks, type SourceWeeks } from './source-weeks.ts';

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

export interface CountOptions {
  /** Of the days that are kept; asked for more than once, so that they need not lie in memory. */
  readonly sightings: () => Iterable<Sighting>;
  readonly covered: Covered;
  readonly today: Day;
  /** As terms, see `phraseOf`; counted however few name them. */
  readonly topics: readonly string[];
  readonly signal: AbortSignal;
}

/** By their numbers: who may name a term, or who names it. A source counts once a week. */
export interface Named {
  /** In this period, by a channel that can be compared. */
  readonly now: number[];
  /** In this period, by a channel that cannot. */
  readonly apart: number[];
  readonly before: number[];
}

export interface Counted {
  readonly plan: Plan;
  readonly sources: SourceWeeks;
  readonly all: Named;
  /** The topics, and what at least `fewest` sources name, now and before together. */
  readonly terms: ReadonlyMap<string, Named>;
  readonly fewest: number;
}

/** Of what only one names nothing is told. */
const fewestNamed = 2;
/** So that memory stays bounded: of more terms than these the rarest are left out. */
const mostTerms = 250_000;

/** Reads what was seen three times: when each channel spoke, what more than one source may name, and who names it. */
export async function countNamed(options: CountOptions): Promise<Counted> {
  const plan = await planOf(options);
  const survey = await surveyOf(options, plan);
  return { plan, sources: survey.sources, all: survey.all, ...(await countTerms(options, plan, survey)) };
}

interface Survey extends Pick<Counted, 'sources' | 'all'> {
  readonly sketch: Sketch;
}

async function surveyOf({ sightings, today, signal }: CountOptions, plan: Plan): Promise<Survey> {
  const sources = createSourceWeeks();
  const sketch = createSketch();
  const seen = { now: new Set<number>(), apart: new Set<number>(), before: new Set<number>() };
  for await (const sighting of paced(sightings(), signal)) {
    const place = placeOf(sighting, plan, today);
    if (place === null) continue;
    const id = sources.number(sighting, place.week);
    seen[place.list].add(id);
    for (const term of sighting.terms) sketch.add(term, id);
  }
  return { sources, sketch, all: { now: [...seen.now], apart: [...seen.apart], before: [...seen.before] } };
}

async function countTerms(
  { sightings, today, topics, signal }: CountOptions,
  plan: Plan,
  { sources, sketch }: Survey,
): Promise<Pick<Counted, 'terms' | 'fewest'>> {
  const terms = new Map(topics.map((topic) => [topic, noOne()]));
  let fewest = fewestNamed;
  for await (const sighting of paced(sightings(), signal)) {
    const place = placeOf(sighting, plan, today);
    const id = place === null ? undefined : sources.numberOf(sighting, place.week);
    if (place === null || id === undefined) continue;
    const isAgain = sources.isSeenAgain(id);
    for (const term of sighting.terms) {
      if (sketch.of(term) < fewest && !topics.includes(term)) continue;
      const named = terms.get(term) ?? noOne();
      const list = named[place.list];
      if (!terms.has(term)) terms.set(ownCopy(term), named);
      if (!isAgain || !list.includes(id)) list.push(id);
    }
    while (terms.size > mostTerms + topics.length) {
      fewest += 1;
      for await (const term of paced(terms.keys(), signal))
        if (sketch.of(term) < fewest && !topics.includes(term)) terms.delete(term);
    }
  }
  return { terms, fewest };
}

/** A piece of a text would keep all of it in memory. */
function ownCopy(term: string): string {
  return Buffer.from(term).toString();
}

function noOne(): Named {
  return { now: [], apart: [], before: [] };
}

/** Null for what counts nowhere. */
function placeOf(
  sighting: Sighting,
  { channels, weeks }: Plan,
  today: Day,
): { readonly week: number; readonly list: keyof Named } | null {
  const week = weekOf(sighting.day, today);
  if (week === null) return null;
  const isCompared = channels.has(sighting.channel);
  if (week === 0) return { week, list: isCompared ? 'now' : 'apart' };
  return isCompared && weeks[voiceOf(sighting)].has(week) ? { week, list: 'before' } : null;
}
