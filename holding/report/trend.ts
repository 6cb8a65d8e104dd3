import { barFor, changeOf, fewestSources, type Bar, type Change, type Tally } from './change.ts';
import { comparableWeeks, keyOf, namedBefore, namedNow, type Now, type Sighting, type Source } from './count.ts';
import type { Day } from './days.ts';

/** A term with who names it now, and how that changed. */
export interface Trend {
  readonly term: string;
  readonly tally: Tally;
  readonly change: Change;
  readonly sources: readonly Source[];
}

export interface Named {
  readonly term: string;
  readonly sources: number;
}

export interface Comparison {
  /** The strongest first. */
  readonly trends: readonly Trend[];
  /** Named by more sources than before, but by too few. */
  readonly belowLimit: readonly Trend[];
  /** What most sources name, risen or not. */
  readonly mostNamed: readonly Named[];
  /** Sources that name the owner's topics, and how often a source of a week before did. */
  readonly topics: readonly { readonly topic: string; readonly sources: number; readonly earlier: number }[];
  /** Sources of this period, in all. */
  readonly sources: number;
  /** Null: there is nothing to compare with yet. */
  readonly bar: Bar | null;
  readonly weeksCompared: number;
  readonly documents: number;
  readonly domains: number;
  readonly termsCompared: number;
  /** Channels that have sources now but no whole week before: counted, not compared. */
  readonly newChannels: readonly string[];
}

export interface CompareOptions {
  /** Of the days that are kept; asked for more than once, so that they need not lie in memory. */
  readonly sightings: () => Iterable<Sighting>;
  readonly today: Day;
  /** As terms: see `phraseOf`. */
  readonly topics: readonly string[];
}

/** Shorter lists of sources than this are not worth a line below the limit. */
const fewestBelow = 2;
const mostBelow = 300;
const mostListed = 10;
/** A word is left out beside its phrase where so much of its sources name the phrase. */
const sameShare = 0.75;

/** What more sources name in this period than in the weeks before, and what does not come to a trend. */
export function compare({ sightings, today, topics }: CompareOptions): Comparison {
  const weeks = comparableWeeks(sightings(), today);
  const now = namedNow(sightings(), today, weeks);
  const before = namedBefore(sightings(), { today, weeks, terms: new Set([...now.byTerm.keys(), ...topics]) });
  const [of, earlierOf] = [now.compared.size, before.of];
  const earlierOfTerm = (term: string): number => before.byTerm.get(term) ?? 0;

  const named = [...now.byTerm].map(([term, by]): Trend => {
    const sources = [...by.values()].filter((source) => now.compared.has(keyOf(source)));
    const tally = { sources: sources.length, of, earlier: earlierOfTerm(term), earlierOf };
    return { term, tally, change: changeOf(tally), sources };
  });
  const bar = earlierOf === 0 ? null : barFor({ of, earlierOf }, totalsOf(named));
  const risen = named
    .filter(({ tally, change }) => tally.sources >= fewestBelow && change.logOdds > 0)
    .toSorted(strongestFirst);
  const isTrend = ({ tally, change, sources }: Trend): boolean =>
    tally.sources >= (bar?.limit ?? Infinity) && change.strength >= (bar?.strength ?? Infinity) && areTwo(sources);
  return {
    trends: withoutParts(risen.filter(isTrend)),
    belowLimit: bar === null ? [] : tooFew(risen, { limit: bar.limit, isTrend }),
    mostNamed: mostNamed(now),
    topics: topics.map((topic) => ({
      topic,
      sources: now.byTerm.get(topic)?.size ?? 0,
      earlier: earlierOfTerm(topic),
    })),
    sources: now.all.size,
    bar,
    weeksCompared: before.weeks,
    documents: countOf(now.all, 'document'),
    domains: countOf(now.all, 'domain'),
    termsCompared: now.byTerm.size,
    newChannels: [...now.channels].filter((channel) => !weeks.has(channel)),
  };
}

/** How many terms have so many sources, now and before together. */
function totalsOf(named: readonly Trend[]): Map<number, number> {
  const totals = new Map<number, number>();
  for (const { tally } of named) {
    const total = tally.sources + tally.earlier;
    if (tally.sources > 0 && total >= fewestSources) totals.set(total, (totals.get(total) ?? 0) + 1);
  }
  return totals;
}

/** Those that only their number keeps from being a trend. */
function tooFew(
  risen: readonly Trend[],
  { limit, isTrend }: { limit: number | null; isTrend: (trend: Trend) => boolean },
): Trend[] {
  const few = risen.filter(
    (trend) => !isTrend(trend) && trend.tally.sources > fewestBelow && trend.tally.sources < (limit ?? Infinity),
  );
  return withoutParts(few).slice(0, mostBelow);
}

/** Words that everybody uses, such as a company's own name, are among them: it is a count, no claim. */
function mostNamed({ byTerm }: Now): Named[] {
  const named = [...byTerm].map(([term, sources]) => ({ term, sources: sources.size }));
  return named
    .filter(({ sources }) => sources >= fewestBelow)
    .toSorted((one, other) => other.sources - one.sources || (one.term < other.term ? -1 : 1))
    .slice(0, mostListed);
}

function countOf(keys: ReadonlySet<string>, what: 'document' | 'domain'): number {
  return [...keys].filter((key) => key.startsWith(`${what} `)).length;
}

/** One voice is no trend, whatever it repeats: two registrable domains, or two files of one's own. */
function areTwo(sources: readonly Source[]): boolean {
  const files = sources.filter(({ kind }) => kind === 'document').length;
  return files >= 2 || sources.length - files >= 2;
}

function strongestFirst(one: Trend, other: Trend): number {
  return (
    other.change.strength - one.change.strength ||
    other.term.split(' ').length - one.term.split(' ').length ||
    (one.term < other.term ? -1 : 1)
  );
}

/** Of a phrase and its parts, which rise together, one is told: the phrase where nearly all that name a part name it. */
function withoutParts(trends: readonly Trend[]): Trend[] {
  const kept: Trend[] = [];
  for (const trend of trends.toSorted((one, other) => other.term.split(' ').length - one.term.split(' ').length)) {
    const isTold = kept.some(
      (longer) =>
        ` ${longer.term} `.includes(` ${trend.term} `) && longer.tally.sources >= trend.tally.sources * sameShare,
    );
    if (!isTold) kept.push(trend);
  }
  return kept.toSorted(strongestFirst);
}
