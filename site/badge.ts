import { escapeToBuffer } from 'hono/utils/html';
import type { IndexView } from '#holding/health/views.ts';
import { sayIn } from '#lib/language.ts';
import { inert } from './inert.ts';
import { badgeShapes, type BadgeShape } from './badge-shapes.ts';

/** What a badge shows: whose state, and which. */
export interface Badge {
  readonly label: string;
  readonly shape: BadgeShape;
  readonly word: string;
  /** All of it in a sentence, and as of when. */
  readonly title: string;
}

/** Background and ink of each state that has a colour; all others are grey. */
const colours: Partial<Readonly<Record<BadgeShape, readonly [string, string]>>> = {
  up: ['#22704f', '#fff'],
  degraded: ['#e5ad4d', '#1b1e1c'],
  late: ['#e5ad4d', '#1b1e1c'],
  flapping: ['#e5ad4d', '#1b1e1c'],
  down: ['#b3261e', '#fff'],
};
const grey = ['#62665f', '#fff'] as const;

/** Longer names are cut in the drawing, and whole in its title. */
const longestLabel = 40;

/**
 * The badge of the whole. Drawn when its state changes and every quarter of an hour, so its title may name a moment
 * that long ago; once nothing new is drawn, the server answers with {@link staleBadge} in its place.
 */
export function overallBadge({ overall, host, generatedAt, language }: IndexView): Badge {
  const say = sayIn(language);
  const asOf = say({ en: `as of ${generatedAt.text}`, nl: `stand van ${generatedAt.text}` });
  return inert({
    label: `Omega ${host.name}`,
    shape: overall.state,
    word: overall.stateWord,
    title: `Omega ${host.name}: ${overall.stateWord}, ${asOf}`,
  });
}

/** The badge of one check, likewise. */
export function checkBadge(
  { name, state, stateWord }: IndexView['groups'][number]['rows'][number],
  { generatedAt, language }: Pick<IndexView, 'generatedAt' | 'language'>,
): Badge {
  const asOf = sayIn(language)({ en: `as of ${generatedAt.text}`, nl: `stand van ${generatedAt.text}` });
  return inert({ label: name, shape: state, word: stateWord, title: `${name}: ${stateWord}, ${asOf}` });
}

/** In place of any badge whose state is no longer known: silence is never green. */
export const staleBadge: Badge = {
  label: 'Omega',
  shape: 'stale',
  word: 'STALE',
  title: 'Omega: STALE, no news comes in',
};

/** A badge as an image: the state as a word, a shape and a colour. */
export function badgeSvg({ label: whole, shape, word, title: sentence }: Badge): string {
  const label = shortened(whole);
  const title = escaped(sentence);
  const [background, ink] = colours[shape] ?? grey;
  const [labelWidth, wordWidth] = [widthOf(label), widthOf(word)];
  const split = labelWidth + 14;
  const width = split + wordWidth + 32;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${title}">`,
    `<title>${title}</title><clipPath id="c"><rect width="${width}" height="20" rx="4"/></clipPath>`,
    `<g clip-path="url(#c)"><path fill="#2a302c" d="M0 0h${split}v20H0z"/>`,
    `<path fill="${background}" d="M${split} 0h${width - split}v20H${split}z"/></g>`,
    `<path fill="${ink}" transform="translate(${split + 7} 3.5) scale(.8)" d="${badgeShapes[shape]}"/>`,
    '<g font-family="system-ui,sans-serif" font-size="11">',
    `<text x="7" y="14" fill="#fff" ${fitted(labelWidth)}>${escaped(label)}</text>`,
    `<text x="${split + 25}" y="14" fill="${ink}" font-weight="600" ${fitted(wordWidth)}>${escaped(word)}</text>`,
    '</g></svg>',
  ].join('');
}

function fitted(width: number): string {
  return `textLength="${width}" lengthAdjust="spacingAndGlyphs"`;
}

const letters = new Intl.Segmenter();

function shortened(name: string): string {
  const all = Array.from(letters.segment(name), ({ segment }) => segment);
  return all.length > longestLabel ? `${all.slice(0, longestLabel - 1).join('')}…` : name;
}

function escaped(text: string): string {
  const buffer: [string] = [''];
  escapeToBuffer(text, buffer);
  return buffer[0];
}

/** Roughly, in a font of 11 px; the drawing makes the text fit exactly, whatever font there is. */
function widthOf(text: string): number {
  const ems = Array.from(text, (letter) => {
    if (/[ijlI.,:;'|!()[\] ]/.test(letter)) return 0.32;
    if (/[mwMW@%—…]/.test(letter)) return 0.88;
    if (/[A-Z]/.test(letter)) return 0.68;
    return letter > '\u10ff' ? 1 : 0.57;
  });
  return Math.ceil(ems.reduce((sum, em) => sum + em, 0) * 11);
}
