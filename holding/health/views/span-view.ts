import type { Translated } from '#lib/language.ts';
import type { Flip } from '../health.ts';
import type { State } from '../snapshot.ts';
import type { History, Latency, Span } from '../store/history.ts';
import { dayMs, fromGoodToBad, stretches, timeIn, uptimeOf, type Stretch } from '../store/timeline.ts';
import { ticksOf, type Tick } from './axis.ts';
import type { Making } from './page.ts';
import { percentage, stateWords } from './wording.ts';

/** A window of the past of one check: where its time went, and how long its answers took. */
export interface SpanView extends Span {
  readonly title: string;
  /** A percentage that is never rounded up; `–`: nothing is known. */
  readonly uptimeText: string;
  /** Milliseconds by state, the longest first; they add up to the window exactly. */
  readonly times: readonly StateTime[];
  /** The worst state in each equal part of the window, as run lengths. */
  readonly strip: readonly { readonly state: State; readonly cells: number }[];
  readonly ticks: readonly Tick[];
  /** Over the whole window; null: none was measured. */
  readonly latency: Latency | null;
  readonly points: readonly LatencyPoint[];
}

export interface StateTime {
  readonly state: State;
  readonly word: string;
  readonly ms: number;
}

/** The latencies of an hour or a day, at its middle; null: none was measured. */
export interface LatencyPoint {
  readonly at: number;
  readonly latency: Pick<Latency, 'p50' | 'p95' | 'p99'> | null;
}

/** A window that pages show, and how finely. */
interface Length {
  readonly title: Translated;
  readonly ms: number;
  readonly cells: number;
  readonly by: 'hour' | 'day';
}

const lengths: readonly [Length, ...Length[]] = [
  { title: { en: '24 hours', nl: '24 uur' }, ms: dayMs, cells: 288, by: 'hour' },
  { title: { en: '30 days', nl: '30 dagen' }, ms: 30 * dayMs, cells: 360, by: 'day' },
  { title: { en: '90 days', nl: '90 dagen' }, ms: 90 * dayMs, cells: 270, by: 'day' },
  { title: { en: 'A year', nl: 'Een jaar' }, ms: 365 * dayMs, cells: 365, by: 'day' },
];

/** The longest window that is looked back on. */
export const yearMs = 365 * dayMs;

/** The last day, and of the longer windows those that a shorter one does not tell whole. */
export function spansOf(
  check: string,
  { flips, history, made }: { readonly flips: readonly Flip[]; readonly history: History; readonly made: Making },
): readonly SpanView[] {
  const watchedMs = made.now - Math.min(made.now, ...flips.map(({ at }) => at));
  return lengths
    .filter((_, index) => index === 0 || watchedMs > (lengths[index - 1]?.ms ?? 0))
    .map((length) => spanOf(check, length, { flips, history, made }));
}

function spanOf(
  check: string,
  { title, ms, cells, by }: Length,
  { flips, history, made }: { readonly flips: readonly Flip[]; readonly history: History; readonly made: Making },
): SpanView {
  const { now, say, snapshot } = made;
  const window = { from: now - ms, to: now };
  const cut = stretches(flips, window);
  return {
    ...window,
    title: say(title),
    uptimeText: percentage(uptimeOf(cut), snapshot.language),
    times: [...timeIn(cut)]
      .map(([state, spent]) => ({ state, word: say(stateWords[state]), ms: spent }))
      .toSorted((one, other) => other.ms - one.ms),
    strip: stripOf(cut, window, cells),
    ticks: ticksOf(window, snapshot.host.timezone, snapshot.language),
    latency: history.latency(check, window),
    points: history.latencies(check, window, by).map(({ from, to, latency }) => ({ at: (from + to) / 2, latency })),
  };
}

/** Paints each cell in the worst state that it saw, so that the shortest outage can be seen. */
export function stripOf(cut: readonly Stretch[], { from, to }: Span, cells: number): SpanView['strip'] {
  const worst = Array.from({ length: cells }, () => 0);
  const cellOf = (at: number): number => Math.floor(((at - from) / (to - from)) * cells);
  for (const stretch of cut) {
    const last = Math.min(cells - 1, cellOf(stretch.to - 1));
    for (let cell = cellOf(stretch.from); cell <= last; cell++) {
      worst[cell] = Math.max(worst[cell] ?? 0, fromGoodToBad.indexOf(stretch.state));
    }
  }
  const runs: { state: State; cells: number }[] = [];
  for (const state of worst.map((rank) => fromGoodToBad[rank] ?? 'unknown')) {
    const last = runs.at(-1);
    if (last?.state === state) last.cells += 1;
    else runs.push({ state, cells: 1 });
  }
  return runs;
}
