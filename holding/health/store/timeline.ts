import type { Flip } from '../health.ts';
import type { CheckView, State } from '../snapshot.ts';

/** Milliseconds of a day. */
export const dayMs = 24 * 60 * 60_000;

/** A stretch of time in one state; `to` is exclusive. */
export interface Stretch {
  readonly state: State;
  readonly from: number;
  readonly to: number;
}

type Window = Pick<Stretch, 'from' | 'to'>;

/** From good to bad; a day is painted in the worst that it saw. */
export const fromGoodToBad: readonly State[] = [
  'new',
  'off',
  'up',
  'paused',
  'maintenance',
  'unknown',
  'blocked',
  'degraded',
  'flapping',
  'late',
  'down',
];

/** The last 90 days (UTC), today included, until now. */
export function window90(now: number): Window {
  return { from: (Math.floor(now / dayMs) - 89) * dayMs, to: now };
}

/**
 * Cuts a window into stretches, oldest first, that fill it exactly; before the first flip all is `new`. Flips come in
 * the order in which they happened: after a clock was set back their times need not be.
 */
export function stretches(flips: readonly Pick<Flip, 'at' | 'to'>[], { from, to }: Window): Stretch[] {
  const found: Stretch[] = [];
  let end = to;
  for (const flip of flips.toReversed()) {
    const start = Math.min(Math.max(flip.at, from), end);
    if (start < end) found.push({ state: flip.to, from: start, to: end });
    end = start;
  }
  if (from < end) found.push({ state: 'new', from, to: end });
  return found.toReversed();
}

/** Milliseconds spent in each state that was seen; they add up to the window. */
export function timeIn(cut: readonly Stretch[]): ReadonlyMap<State, number> {
  const times = new Map<State, number>();
  for (const { state, from, to } of cut) times.set(state, (times.get(state) ?? 0) + to - from);
  return times;
}

/** The milliseconds by state of several spans together. */
export function timeInAll(spans: readonly ReadonlyMap<State, number>[]): ReadonlyMap<State, number> {
  const sum = new Map<State, number>();
  for (const [state, ms] of spans.flatMap((times) => [...times])) sum.set(state, (sum.get(state) ?? 0) + ms);
  return sum;
}

/** The share of the known time in which it worked, with a warning or without; null where nothing is known. */
export function uptimeOf(cut: readonly Stretch[]): number | null {
  return uptimeIn(timeIn(cut));
}

/** The same of milliseconds by state. */
export function uptimeIn(times: ReadonlyMap<State, number>): number | null {
  const sum = (...of: readonly State[]): number => of.reduce((total, state) => total + (times.get(state) ?? 0), 0);
  const worked = sum('up', 'degraded');
  const known = worked + sum('late', 'down', 'flapping');
  return known === 0 ? null : worked / known;
}

/** The worst state that some time was spent in; `new` where there was no time at all. */
export function worstIn(times: ReadonlyMap<State, number>): State {
  const seen = fromGoodToBad.filter((state) => (times.get(state) ?? 0) > 0);
  return seen.at(-1) ?? 'new';
}

/** Days in a row of the same state as one. */
export function runLengths(days: readonly State[]): CheckView['days90'] {
  const runs: { state: State; days: number }[] = [];
  for (const state of days) {
    const last = runs.at(-1);
    if (last?.state === state) last.days += 1;
    else runs.push({ state, days: 1 });
  }
  return runs;
}
