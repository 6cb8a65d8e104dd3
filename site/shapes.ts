import type { CheckRow, JobRow, PageFrame } from '#holding/health/views.ts';
import type { Translated, Words } from '#lib/language.ts';
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

/** Colours that are legible on a light and on a dark tab bar, and shapes as the page's style has them, 16 by 16. */
const tabs: Readonly<Record<PageFrame['overall']['state'], string>> = {
  up: "#2e9e6b' d='M8 3a5 5 0 1 1 0 10A5 5 0 1 1 8 3z",
  degraded: "#d08700' d='M8 2l6.5 11.5h-13z",
  down: "#e0453a' d='M4 2l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z",
  unknown: "#8a8f88' d='M3 6a5 5 0 1 1 6.5 4.7v.8h-3V8H8a2 2 0 1 0-2-2zM6.5 13h3v3h-3z",
};

/** What stands for colour and shape in {@link favicon} once no news comes in; the page's script puts it there. */
export const staleIcon = escaped("#8a8f88' d='M3 2h10v1.6L9.2 8l3.8 4.4V14H3v-1.6L6.8 8 3 3.6z");

/** The favicon, whole: a shape for the state, so that a row of tabs can be read without colour. */
export function favicon(of: PageFrame['overall']['state']): string {
  const path = `<path fill='${tabs[of]}'/>`;
  return `data:image/svg+xml,${escaped(`<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>${path}</svg>`)}`;
}

function escaped(svg: string): string {
  return svg.replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('#', '%23');
}
