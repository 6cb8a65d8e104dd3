import { dayText, dayWords, daysInPeriod, type Day } from './days.ts';
import { exampleEnding, type Claim, type Counts, type Report } from './report.ts';
import type { Remembered, Sightings } from './sightings.ts';
import { quoteOf } from '../swarm/guard.ts';
import { phraseOf, termsOf } from './terms.ts';
import { sentenceWith } from './text.ts';
import { compare, type Comparison, type Trend } from './trend.ts';

export interface FindingsOptions {
  readonly unit: string;
  readonly example: boolean;
  readonly today: Day;
  readonly now: number;
  /** As the owner wrote them. */
  readonly topics: readonly string[];
  readonly sightings: Pick<Sightings, 'all' | 'naming'>;
  readonly gaps: readonly string[];
}

const mostClaims = 20;
const mostEvidence = 8;
const mostQuotes = 3;

/** Compares what was seen and says what came of it: each claim with its evidence, and what is no claim as such. */
export function findingsOf({ unit, example, today, now, topics, sightings, gaps }: FindingsOptions): Report {
  const phrases = topics.map(phraseOf);
  const comparison = compare({ sightings: () => sightings.all(unit, today), today, topics: phrases });
  const { trends, bar, weeksCompared, documents, domains, termsCompared } = comparison;
  const from = today - daysInPeriod + 1;
  return {
    id: `trend-${dayText(today)}${example ? exampleEnding : ''}`,
    kind: 'trend',
    unit,
    title: `Trend report of ${unit}, ${dayWords(today)}`,
    engine: 'rules',
    example,
    generatedAt: now,
    period: { from: dayText(from), until: dayText(today), weeksBefore: weeksCompared },
    claims: trends
      .slice(0, mostClaims)
      .map((trend) => claimOf(trend, sightings.naming(unit, trend.term, { from, until: today }), weeksCompared)),
    detectionLimit: bar?.limit ?? null,
    byChance: round(bar?.byChance ?? 0),
    belowLimit: comparison.belowLimit.map((trend) => ({ term: trend.term, counts: countsOf(trend) })),
    topics: comparison.topics.map(({ sources, earlier }, n) => ({ topic: topics[n] ?? '', sources, earlier })),
    mostNamed: [...comparison.mostNamed],
    sources: { documents, domains, termsCompared },
    gaps: [...gaps, ...ownGaps(comparison)],
  };
}

function claimOf(trend: Trend, naming: readonly Remembered[], weeks: number): Claim {
  const { term, sources, tally, change } = trend;
  const known = onePerSource(naming);
  const before = weeks === 1 ? 'in the week before' : `in the ${weeks} weeks before`;
  return {
    term,
    text: `“${term}” is named by ${tally.sources} of ${tally.of} sources, ${before} by ${tally.earlier} of ${tally.earlierOf}.`,
    evidence: known.slice(0, mostEvidence).map(({ callId, url, sha256 }) => ({ callId, url, sha256 })),
    domains: sources
      .filter(({ kind }) => kind !== 'document')
      .map(({ source }) => source)
      .toSorted(),
    files: sources.filter(({ kind }) => kind === 'document').length,
    counts: countsOf(trend),
    change: { logOdds: round(change.logOdds), standardError: round(change.standardError) },
    quotes: known.slice(0, mostQuotes).map(({ title, lead, source, kind }) => ({
      text: quoteOf(sentenceWith(lead, (sentence) => termsOf(sentence, [term]).has(term)).replace(/^[#>*\-\s|]+/, '')),
      source: kind === 'document' ? source : `${source}: ${quoteOf(title)}`,
    })),
  };
}

function countsOf({ tally: { sources, of, earlier, earlierOf } }: Trend): Counts {
  return { sources, of, earlier, earlierOf };
}

/** The newest of each source. */
function onePerSource(items: readonly Remembered[]): Remembered[] {
  const bySource = new Map(items.toReversed().map((item) => [`${item.kind} ${item.source}`, item]));
  return items.filter((item) => bySource.get(`${item.kind} ${item.source}`) === item);
}

function ownGaps({ bar, sources, trends, newChannels }: Comparison): string[] {
  const gaps: string[] = [];
  if (sources > 0 && bar === null)
    gaps.push(
      'There is nothing to compare with yet, so nothing is called a trend: counts only. The first comparison comes when there are sources of an earlier week.',
    );
  else if (bar !== null && bar.limit === null) gaps.push('There are too few sources to call anything a trend.');
  const fresh = newChannels.filter((channel) => channel !== 'documents').length;
  if (fresh > 0 && bar !== null)
    gaps.push(`${fresh} feeds or searches are too new to compare: counted, but in no trend yet.`);
  if (trends.length > mostClaims) gaps.push(`${trends.length - mostClaims} weaker trends are not listed.`);
  return gaps;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
