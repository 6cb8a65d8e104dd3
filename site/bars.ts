import type { CheckRow } from '#holding/health/views.ts';
import type { Language } from '#lib/language.ts';
import { stateTexts } from './shapes.ts';

type Days = CheckRow['days90'];
type State = Days[number]['state'];

/** Days in which there was nothing to watch are drawn as no state. */
const unwatched: readonly State[] = ['new', 'off'];

/** Drawn over a ground of days that were well, which goes on beneath them: a path with fewer steps. */
const tall: ReadonlySet<State> = new Set(['down', 'flapping', 'degraded', 'late']);

/**
 * The bars of all days and the line of the last latencies as markup, made of numbers and known states alone: half the
 * bytes of elements drawn one by one. The line is the last path, which the style draws beside the bars; without one it
 * is an empty path, for the last is never a bar.
 */
export function pictureMarkup(
  { days90, latencies }: Pick<CheckRow, 'days90' | 'latencies'>,
  language: Language,
): string {
  const [bars, line] = [barPaths(days90), sparkPath(latencies)];
  const last = line === '' ? '<path/>' : `<path d=${line} />`;
  const drawn = bars === '' && line === '' ? '' : bars + last;
  return `<svg role=img aria-label="${barText(days90, language)}">${drawn}</svg>`;
}

/**
 * One path a state, a day one unit wide; days that were well have no class. How tall each state is drawn, the style
 * says; days in which a thing was not watched are not drawn at all.
 */
function barPaths(days90: Days): string {
  const paths = new Map<State, { d: string; from: number; end: number }>();
  let x = 0;
  for (const { state, days } of days90) {
    const ground = paths.get('up');
    if (ground?.end === x && tall.has(state)) ground.end += days;
    const path = paths.get(state);
    if (path?.end === x) path.end += days;
    else
      paths.set(state, {
        d: path === undefined ? `M${x},8` : `${closed(path)}m${x - path.end},0`,
        from: x,
        end: x + days,
      });
    x += days;
  }
  for (const state of unwatched) paths.delete(state);
  const drawn = [...paths].map(([state, path]) => `<path class=${state} d=${closed(path)} />`).join('');
  return drawn.replaceAll(' class=up', '');
}

function closed({ d, from, end }: { readonly d: string; readonly from: number; readonly end: number }): string {
  return `${d}h${end - from}`;
}

/** The same in words: `69 days up, 1 down`; of days that were not watched only where there are no others. */
export function barText(days90: Days, language: Language): string {
  const counts = new Map<State, number>();
  for (const { state, days } of days90) counts.set(state, (counts.get(state) ?? 0) + days);
  const watched = [...counts].filter(([state]) => !unwatched.includes(state));
  return (watched.length > 0 ? watched : [...counts])
    .toSorted(([, a], [, b]) => b - a)
    .map(([state, days], index) => `${days}${index > 0 ? '' : dayWord(days, language)} ${stateTexts[state][language]}`)
    .join(', ');
}

function dayWord(days: number, language: Language): string {
  return language === 'nl' ? (days === 1 ? ' dag' : ' dagen') : days === 1 ? ' day' : ' days';
}

/** How many of the days were watched at all. */
export function watchedDays(days90: Days): number {
  return days90.reduce((sum, { state, days }) => (unwatched.includes(state) ? sum : sum + days), 0);
}

/** So many latencies a line shows. */
const sparkPoints = 9;
const sparkStep = 7;

/**
 * A line of the last latencies in a box of 60 by 14, the newest at its right end; nothing for fewer than two. A steady
 * one runs through the middle; only what is twice the usual or more reaches the top.
 */
function sparkPath(latencies: readonly number[]): string {
  const [first, ...rest] = heights(latencies.slice(-sparkPoints));
  if (first === undefined || rest.length === 0) return '';
  let last = first;
  const steps = rest.map((y) => {
    const step = y === last ? `h${sparkStep}` : `l${sparkStep},${y - last}`;
    last = y;
    return step;
  });
  const d = `M${60 - sparkStep * rest.length},${first}${steps.join('')}`;
  return d.replaceAll(',-', '-').replaceAll(/(?:h7){2,}/g, (run) => `h${(run.length / 2) * sparkStep}`);
}

function heights(latencies: readonly number[]): number[] {
  const usual = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length / 2)] ?? 0;
  const top = Math.max(2 * usual, ...latencies, Number.MIN_VALUE);
  return latencies.map((latency) => 13 - Math.round((12 * latency) / top));
}
