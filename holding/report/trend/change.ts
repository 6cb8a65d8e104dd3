/** Added to each count, so that nothing is ever certain. */
const smoothing = 0.5;

/** Fewer sources are never a trend, however much there is to compare with. */
export const fewestSources = 4;
/** A rise from nothing to so many, or so large a share, is always told, if there is room for it: see docs/trend-report.md. */
const alwaysTold = 8;
const shareAlwaysTold = 8 / 30;
const lowestBar = 1.3;
const barStep = 0.1;

/** Sources that name a term, of so many, now and before. */
export interface Tally {
  readonly sources: number;
  readonly of: number;
  readonly earlier: number;
  readonly earlierOf: number;
}

export interface Change {
  readonly logOdds: number;
  readonly standardError: number;
  /** The change less its own uncertainty: what trends are ranked by. */
  readonly strength: number;
}

/** How much more often a term is named than before: the smoothed log-odds ratio of its share of sources. */
export function changeOf({ sources, of, earlier, earlierOf }: Tally): Change {
  const cells = [sources, of - sources, earlier, earlierOf - earlier].map((count) => count + smoothing);
  const [yes = 1, no = 1, yesBefore = 1, noBefore = 1] = cells;
  const logOdds = Math.log(yes / no) - Math.log(yesBefore / noBefore);
  const standardError = Math.sqrt(cells.reduce((sum, cell) => sum + 1 / cell, 0));
  return { logOdds, standardError, strength: logOdds - standardError };
}

/** What a rise must come to in this very material, and what it costs. */
export interface Bar {
  /** The least strength of a trend. */
  readonly strength: number;
  /** Sources that a term needs which nobody named before; null where not even all would do. */
  readonly limit: number | null;
  /** So many terms would pass if it were chance alone who named them when. */
  readonly byChance: number;
}

/**
 * Raises the bar until chance alone would hardly pass it: among thousands of terms some rise for no reason. `totals`
 * has, for each number of sources now and before, how many terms that are named now have it; `mostByChance` is how many
 * trends may be owed to it.
 */
export function barFor(
  { of, earlierOf }: Pick<Tally, 'of' | 'earlierOf'>,
  totals: ReadonlyMap<number, number>,
  mostByChance: number,
): Bar {
  let bar = barAt(lowestBar);
  for (let step = 1; bar.byChance > mostByChance; step += 1) {
    const next = barAt(lowestBar + step * barStep);
    if (next.limit === null || next.limit > Math.max(alwaysTold, of * shareAlwaysTold, bar.limit ?? 0)) break;
    bar = next;
  }
  return bar;

  function barAt(strength: number): Bar {
    const byChance = [...totals].reduce(
      (sum, [total, terms]) => sum + terms * passesByChance({ total, of, earlierOf, strength }),
      0,
    );
    return { strength, limit: detectionLimit({ of, earlierOf, strength }), byChance };
  }
}

/** How many sources a term that nobody named before needs, to be called a trend; null where not even all would do. */
function detectionLimit({ of, earlierOf, strength }: Room): number | null {
  for (let sources = fewestSources; sources <= of; sources += 1) {
    if (changeOf({ sources, of, earlier: 0, earlierOf }).strength >= strength) return sources;
  }
  return null;
}

interface Room extends Pick<Tally, 'of' | 'earlierOf'> {
  readonly strength: number;
}

/** If `total` of all sources name a term, and which is chance: how likely it passes, given that one names it now. */
function passesByChance({ total, of, earlierOf, strength }: Room & { readonly total: number }): number {
  let passes = 0;
  for (let sources = Math.min(total, of); sources >= Math.max(fewestSources, total - earlierOf); sources -= 1) {
    if (changeOf({ sources, of, earlier: total - sources, earlierOf }).strength < strength) break;
    passes += Math.exp(
      logChoose(of, sources) + logChoose(earlierOf, total - sources) - logChoose(of + earlierOf, total),
    );
  }
  const none = total > earlierOf ? 0 : Math.exp(logChoose(earlierOf, total) - logChoose(of + earlierOf, total));
  return passes / (1 - none);
}

const logFactorials = [0];

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next += 1) {
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  }
  return logFactorials[n] ?? 0;
}
