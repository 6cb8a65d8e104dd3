import type { CheckRow, JobRow, PageFrame } from '#holding/health/views.ts';
import type { Translated, Words } from '#lib/language.ts';
import { badgeShapes } from './badge-shapes.ts';
import { outcomeWords } from './past-words.ts';

/** A state of a check; its shape is in the style. */
export type Shape = CheckRow['state'];

const fineOutcomes: ReadonlySet<string> = new Set(['done', 'skipped']);

/** What is wrong with a job, as a shape and a word; null when nothing is. */
export function jobTrouble({ overdue, lastOutcome }: JobRow): { shape: 'down' | 'degraded'; word: Words } | null {
  if (overdue) return { shape: 'down', word: { en: 'overdue', nl: 'te laat' } };
  if (lastOutcome === null || fineOutcomes.has(lastOutcome)) return null;
  const known = Object.entries(outcomeWords).find(([outcome]) => outcome === lastOutcome)?.[1];
  return { shape: 'degraded', word: known ?? lastOutcome };
}

/** Each state in running text. */
export const stateTexts: Readonly<Record<CheckRow['state'], Translated>> = {
  up: { en: 'up', nl: 'goed' },
  degraded: { en: 'degraded', nl: 'matig' },
  late: { en: 'late', nl: 'te laat' },
  down: { en: 'down', nl: 'storing' },
  flapping: { en: 'flapping', nl: 'wisselvallig' },
  blocked: { en: 'blocked', nl: 'geblokkeerd' },
  unknown: { en: 'unknown', nl: 'onbekend' },
  new: { en: 'not watched', nl: 'niet bekeken' },
  paused: { en: 'paused', nl: 'gepauzeerd' },
  maintenance: { en: 'in maintenance', nl: 'in onderhoud' },
  off: { en: 'not set up', nl: 'niet ingesteld' },
};

/** Legible on a light and on a dark tab bar. */
const tabColours = {
  up: '#2e9e6b',
  degraded: '#d08700',
  down: '#e0453a',
  unknown: '#8a8f88',
  stale: '#8a8f88',
} as const;

/** The favicon, whole: a shape for the state, so that a row of tabs can be read without colour. */
export function favicon(of: PageFrame['overall']['state']): string {
  const path = `<path fill='${tabOf(of)}'/>`;
  return `data:image/svg+xml,${escaped(`<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>${path}</svg>`)}`;
}

/** What stands for colour and shape in {@link favicon} once no news comes in; the page's script puts it there. */
export const staleIcon = escaped(tabOf('stale'));

function tabOf(shape: keyof typeof tabColours): string {
  return `${tabColours[shape]}' d='${badgeShapes[shape]}`;
}

function escaped(svg: string): string {
  return svg.replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('#', '%23');
}
