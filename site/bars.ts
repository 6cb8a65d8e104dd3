import type { CheckRow } from '#holding/health/views.ts';
import { stateTexts } from './shapes.ts';

type Days = CheckRow['days90'];
type State = Days[number]['state'];

/** Days in which there was nothing to watch are drawn as no state. */
const unwatched: readonly State[] = ['new', 'off'];

/**
 * The bars of all days as markup, one path a state, a day one unit wide: made of numbers and known states alone, and
 * half the bytes of elements drawn one by one. How thick each state is drawn, the style says; days in which a thing was
 * not watched are not drawn at all.
 */
export function barMarkup(days90: Days): string {
  const paths = new Map<State, { d: string; end: number }>();
  let x = 0;
  for (const { state, days } of days90) {
    const path = paths.get(state);
    const to = path === undefined ? `M${x} 8` : `m${x - path.end} 0`;
    paths.set(state, { d: `${path?.d ?? ''}${to}h${days}`, end: x + days });
    x += days;
  }
  for (const state of unwatched) paths.delete(state);
  const drawn = [...paths].map(([state, { d }]) => `<path class=${state} d="${d}"/>`).join('');
  return `<svg role=img aria-label="${barText(days90)}">${drawn.replaceAll(' class=up', '')}</svg>`;
}

/** The same in words: `69 days up, 1 down, 20 not watched`. */
export function barText(days90: Days): string {
  const counts = new Map<State, number>();
  for (const { state, days } of days90) counts.set(state, (counts.get(state) ?? 0) + days);
  return [...counts]
    .toSorted(([one, a], [other, b]) => unwatched.indexOf(one) - unwatched.indexOf(other) || b - a)
    .map(([state, days], index) => `${days} ${index > 0 ? '' : days === 1 ? 'day ' : 'days '}${stateTexts[state]}`)
    .join(', ');
}

/** How many of the days were watched at all. */
export function watchedDays(days90: Days): number {
  return days90.reduce((sum, { state, days }) => (unwatched.includes(state) ? sum : sum + days), 0);
}

/** So many latencies a line shows. */
const sparkPoints = 13;
const sparkStep = 5;

/**
 * A line of the last latencies in a box of 60 by 14, the newest at its right end; nothing for fewer than two. A steady
 * one runs through the middle; only what is twice the usual or more reaches the top.
 */
export function sparkMarkup(latencies: readonly number[]): string {
  const [first, ...rest] = heights(latencies.slice(-sparkPoints));
  if (first === undefined || rest.length === 0) return '';
  let last = first;
  const steps = rest.map((y) => {
    const step = y === last ? `h${sparkStep}` : `l${sparkStep} ${y - last}`;
    last = y;
    return step;
  });
  const d = `M${60 - sparkStep * rest.length} ${first}${steps.join('')}`;
  const shorter = d.replaceAll(' -', '-').replaceAll(/(?:h5){2,}/g, (run) => `h${(run.length / 2) * sparkStep}`);
  return `<svg role=none><path d="${shorter}"/></svg>`;
}

function heights(latencies: readonly number[]): number[] {
  const usual = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length / 2)] ?? 0;
  const top = Math.max(2 * usual, ...latencies, Number.MIN_VALUE);
  return latencies.map((latency) => 13 - Math.round((12 * latency) / top));
}
