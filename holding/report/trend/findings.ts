import { dayText, dayWords, daysInPeriod, type Day } from './days.ts';
import { fewestSources } from './change.ts';
import { evidenceOf } from './evidence.ts';
import { exampleEnding, mostInGap, type Claim, type Counts, type Report } from './report.ts';
import type { Remembered, Sightings } from './sightings.ts';
import { quoteOf, shorten } from '../../swarm/guard.ts';
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
  readonly sightings: Pick<Sightings, 'all' | 'covered' | 'item'>;
  readonly gaps: readonly string[];
  readonly signal: AbortSignal;
}

const mostClaims = 20;
const mostEvidence = 8;
const mostQuotes = 3;

/** Compares what was seen and says what came of it: each claim with its evidence, and what is no claim as such. */
export async function findingsOf(options: FindingsOptions): Promise<Report> {
  const { unit, example, today, now, topics, sightings, gaps, signal } = options;
  const comparison = await compare({
    sightings: () => sightings.all(unit, today),
    covered: sightings.covered(unit),
    today,
    topics: topics.map(phraseOf),
    signal,
  });
  const { bars, weeksCompared, documents, domains, termsCompared } = comparison;
  const trends = comparison.trends.slice(0, mostClaims);
  const evidence = await evidenceOf(trends, { sightings, unit, today, most: mostEvidence, signal });
  return {
    id: `trend-${dayText(today)}${example ? exampleEnding : ''}`,
    kind: 'trend',
    unit,
    title: `Trend report of ${unit}, ${dayWords(today)}`,
    engine: 'rules',
    example,
    generatedAt: now,
    period: { from: dayText(today - daysInPeriod + 1), until: dayText(today), weeksBefore: weeksCompared },
    claims: trends.map((trend, n) => claimOf(trend, evidence[n] ?? [])),
    detectionLimit: lowestLimit(comparison),
    byChance: round(bars.reduce((sum, { byChance }) => sum + byChance, 0)),
    belowLimit: comparison.belowLimit.map((trend) => ({ term: trend.term, counts: countsOf(trend) })),
    topics: comparison.topics.map(({ sources, earlier }, n) => ({ topic: topics[n] ?? '', sources, earlier })),
    mostNamed: [...comparison.mostNamed],
    sources: { documents, domains, termsCompared },
    gaps: [...gaps, ...ownGaps(comparison)].map((gap) => shorten(gap, mostInGap)),
  };
}

function lowestLimit({ bars }: Comparison): number | null {
  const limits = bars.map(({ limit }) => limit).filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

function claimOf(trend: Trend, known: readonly Remembered[]): Claim {
  const { term, voice, weeks, sources, tally, change } = trend;
  const before = weeks === 1 ? 'in the week before' : `in the ${weeks} weeks before`;
  return {
    term,
    text: `“${term}” is named by ${tally.sources} of ${tally.of} ${voice}s, ${before} by ${tally.earlier} of ${tally.earlierOf}.`,
    evidence: known.map(({ callId, url, sha256 }) => ({ callId, url, sha256 })),
    domains: voice === 'domain' ? sources.map(({ source }) => source).toSorted() : [],
    files: voice === 'document' ? sources.length : 0,
    counts: countsOf(trend),
    change: { logOdds: round(change.logOdds), standardError: round(change.standardError) },
    quotes: known.slice(0, mostQuotes).map(({ title, lead, source, kind }) => ({
      text: quoteOf(sentenceWith(lead, (sentence) => termsOf(sentence, [term]).has(term)).replace(/^[#>*\-\s|]+/, '')),
      source: kind === 'document' ? quoteOf(source) : `${source}: ${quoteOf(title)}`,
    })),
    earlier: null, // What the memory knows of it comes after the counting.
  };
}

function countsOf({ tally: { sources, of, earlier, earlierOf } }: Trend): Counts {
  return { sources, of, earlier, earlierOf };
}

function ownGaps({ bars, documents, domains, trends, newChannels, fewest }: Comparison): string[] {
  const gaps: string[] = [];
  if (documents + domains > 0 && bars.length === 0)
    gaps.push(
      'There is nothing to compare with yet, so nothing is called a trend: counts only. The first comparison comes when there are sources of an earlier week.',
    );
  else if (bars.length > 0 && bars.every(({ limit }) => limit === null))
    gaps.push('There are too few sources to call anything a trend.');
  const fresh = newChannels.filter((channel) => channel !== 'documents').length;
  if (fresh > 0 && bars.length > 0)
    gaps.push(`${fresh} feeds or searches are too new to compare: counted, but in no trend yet.`);
  if (fewest > fewestSources)
    gaps.push(`There were too many terms to compare all: those that fewer than ${fewest} sources name were left out.`);
  if (trends.length > mostClaims) gaps.push(`${trends.length - mostClaims} weaker trends are not listed.`);
  return gaps;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
