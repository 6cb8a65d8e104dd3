import { sayIn, type Language, type Translated, type Words } from '#lib/language.ts';
import { claimWords } from './claim-sentence.ts';
import { comparisonGaps } from './comparison-gaps.ts';
import { dayText, daysInPeriod, type Day } from './days.ts';
import { evidenceOf } from './evidence.ts';
import { exampleEnding, mostInGap, type Claim, type Counts, type Report } from './report.ts';
import type { Remembered, Sightings } from './sightings.ts';
import { quoteOf, shorten } from '../../swarm/guard.ts';
import { phraseOf, termsOf } from './terms.ts';
import { sentenceWith } from './text.ts';
import { compare, type Comparison, type Trend } from './trend.ts';
import { dayWords } from './wording.ts';

export interface FindingsOptions {
  readonly unit: string;
  /** In which the report is written. */
  readonly language: Language;
  readonly example: boolean;
  readonly today: Day;
  readonly now: number;
  /** As the owner wrote them. */
  readonly topics: readonly string[];
  readonly sightings: Pick<Sightings, 'all' | 'covered' | 'item'>;
  readonly gaps: readonly Words[];
  readonly signal: AbortSignal;
}

const mostClaims = 20;
const mostEvidence = 8;
const mostQuotes = 3;

/** Compares what was seen and says what came of it: each claim with its evidence, and what is no claim as such. */
export async function findingsOf(options: FindingsOptions): Promise<Report> {
  const { unit, language, example, today, now, topics, sightings, gaps, signal } = options;
  const comparison = await compare({
    sightings: () => sightings.all(unit, today),
    covered: sightings.covered(unit),
    today,
    topics: topics.map(phraseOf),
    signal,
  });
  const say = sayIn(language);
  const { bars, weeksCompared, documents, domains, termsCompared } = comparison;
  const trends = comparison.trends.slice(0, mostClaims);
  const evidence = await evidenceOf(trends, { sightings, unit, today, most: mostEvidence, signal });
  return {
    id: `trend-${dayText(today)}${example ? exampleEnding : ''}`,
    kind: 'trend',
    unit,
    language,
    title: say(titleOf(unit, today)),
    engine: 'rules',
    example,
    generatedAt: now,
    period: { from: dayText(today - daysInPeriod + 1), until: dayText(today), weeksBefore: weeksCompared },
    claims: trends.map((trend, n) => claimOf(trend, evidence[n] ?? [], language)),
    detectionLimit: lowestLimit(comparison),
    byChance: round(bars.reduce((sum, { byChance }) => sum + byChance, 0)),
    belowLimit: comparison.belowLimit.map((trend) => ({ term: trend.term, counts: countsOf(trend) })),
    topics: comparison.topics.map(({ sources, earlier }, n) => ({ topic: topics[n] ?? '', sources, earlier })),
    mostNamed: [...comparison.mostNamed],
    sources: { documents, domains, termsCompared },
    gaps: [...gaps, ...comparisonGaps(comparison, mostClaims)].map((gap) => shorten(say(gap), mostInGap)),
  };
}

function titleOf(unit: string, today: Day): Translated {
  const { en, nl } = dayWords(dayText(today));
  return { en: `Trend report of ${unit}, ${en}`, nl: `Trendrapport van ${unit}, ${nl}` };
}

function lowestLimit({ bars }: Comparison): number | null {
  const limits = bars.map(({ limit }) => limit).filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

function claimOf(trend: Trend, known: readonly Remembered[], language: Language): Claim {
  const { term, voice, weeks, sources, change } = trend;
  const count = { term, counts: countsOf(trend), files: voice === 'document' ? sources.length : 0 };
  return {
    ...count,
    text: claimWords(count, weeks)[language],
    evidence: known.map(({ callId, url, sha256 }) => ({ callId, url, sha256 })),
    domains: voice === 'domain' ? sources.map(({ source }) => source).toSorted() : [],
    weeks,
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

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
