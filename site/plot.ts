import type { LatencyPoint, SpanView } from '#holding/health/views.ts';

type State = SpanView['strip'][number]['state'];

/** Plots are drawn in a box of 1000 by 100 that the browser stretches to the width that there is. */
export const plotWidth = 1000;
export const plotHeight = 100;

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Where a moment lies in a window, from 0 to {@link plotWidth}. */
export function placeOf(at: number, { from, to }: Window): number {
  const share = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return Math.round(share * plotWidth);
}

/** The same as an attribute beside the stretched box: `12.5%`. */
export function percentOf(at: number, window: Window): string {
  return `${placeOf(at, window) / 10}%`;
}

/** A round number at or above a value: 1, 2, 3, 4, 6, 8, 10, 20, …; 1 for nothing at all. */
export function roundTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 3, 4, 6, 8, 10].find((each) => each * power >= value * (1 - Number.EPSILON * 4)) ?? 10;
  return Number((factor * power).toPrecision(1));
}

/** The height of a plot of latencies: the slowest percentile fits, unless it is so rare that all else were flat. */
export function topOf(points: readonly LatencyPoint[]): number {
  const most = (key: 'p95' | 'p99'): number => Math.max(0, ...points.map(({ latency }) => latency?.[key] ?? 0));
  return roundTop(Math.min(most('p99'), 3 * most('p95')));
}

/** A line through what was measured, broken where nothing was; a single point is a short stroke. */
export function linePath(
  points: readonly LatencyPoint[],
  key: 'p50' | 'p95' | 'p99',
  { window, top }: { window: Window; top: number },
): string {
  let pen: 'up' | 'down' = 'up';
  return points
    .map(({ at, latency }, index) => {
      if (latency === null) pen = 'up';
      if (latency === null) return '';
      const place = `${placeOf(at, window)} ${heightOf(latency[key], top)}`;
      const alone = pen === 'up' && (points[index + 1]?.latency ?? null) === null;
      const step = `${pen === 'up' ? 'M' : 'L'}${place}${alone ? 'h6' : ''}`;
      pen = 'down';
      return step;
    })
    .join('');
}

/** The area from the median to the 95th percentile: an outline for each stretch that was measured. */
export function bandPath(points: readonly LatencyPoint[], { window, top }: { window: Window; top: number }): string {
  return measuredRuns(points)
    .map((run) => {
      const upper = run.map(({ at, latency }) => `${placeOf(at, window)} ${heightOf(latency.p95, top)}`);
      const lower = run.map(({ at, latency }) => `${placeOf(at, window)} ${heightOf(latency.p50, top)}`);
      return `M${upper.join('L')}L${lower.toReversed().join('L')}z`;
    })
    .join('');
}

type Measured = { readonly at: number; readonly latency: NonNullable<LatencyPoint['latency']> };

function measuredRuns(points: readonly LatencyPoint[]): Measured[][] {
  const runs: Measured[][] = [];
  let run: Measured[] = [];
  for (const { at, latency } of points) {
    if (latency === null) run = [];
    if (latency === null) continue;
    if (run.length === 0) runs.push(run);
    run.push({ at, latency });
  }
  return runs.filter(({ length }) => length > 1);
}

function heightOf(value: number, top: number): number {
  return Math.round(plotHeight - (Math.min(value, top) / top) * plotHeight);
}

/** Time in which there was nothing to watch is drawn as no state. */
const unwatched: ReadonlySet<State> = new Set(['new', 'off']);

/** One path a state, a cell one unit wide; how thick each is drawn, the style says. */
export function stripPaths(strip: SpanView['strip']): { state: State; d: string }[] {
  const paths = new Map<State, { d: string; end: number }>();
  let x = 0;
  for (const { state, cells } of strip) {
    const path = paths.get(state);
    const to = path === undefined ? `M${x} 8` : `m${x - path.end} 0`;
    paths.set(state, { d: `${path?.d ?? ''}${to}h${cells}`, end: x + cells });
    x += cells;
  }
  return [...paths].flatMap(([state, { d }]) => (unwatched.has(state) ? [] : [{ state, d }]));
}

/** Columns that stand on the ground, one path: `M` to the foot of each, then up. */
export function columnsPath(columns: readonly { readonly from: number; readonly to: number }[], top: number): string {
  const width = plotWidth / columns.length;
  const level = (count: number): number =>
    Math.round((plotHeight - (Math.min(count, top) / top) * plotHeight) * 10) / 10;
  return columns
    .map(({ from, to }, index) =>
      to > from
        ? `M${Math.round((index + 0.5) * width * 10) / 10} ${level(from)}V${Math.min(level(to), level(from) - 2)}`
        : '',
    )
    .join('');
}
