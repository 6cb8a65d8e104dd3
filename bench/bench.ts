/** A measurement that the README quotes: one command, ratios or counts of one run, never a timed test. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** What it is measured against, in words. */
  readonly against: string;
  /** How long it runs unless told otherwise. */
  readonly seconds: number;
  readonly run: (options: BenchOptions) => Promise<Readonly<Record<string, number>>>;
}

export interface BenchOptions {
  readonly seconds: number;
  /** Says how far it is. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Declares a measurement. */
export function defineBench(bench: Bench): Bench {
  return bench;
}

/** The value under which `share` of the numbers lie; NaN of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function round(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
