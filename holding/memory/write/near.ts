import { between, calendar, currencies, idle, limiting, measures, moment, negations, state } from './near-words.ts';

/**
 * What a text is to an earlier one. `same`: it says that again, in the same words but for a few that carry nothing.
 * `newer`: it says the same of the same, with one other amount or the opposite, of something that goes on. `other`: it
 * says something else, or nobody can tell: both are kept, for to hide what is true is worse than to keep a double.
 */
export type Likeness = 'same' | 'newer' | 'other';

/** A word, a number or a sign, as it is compared. */
export interface Part {
  readonly text: string;
  readonly isName: boolean;
  /** A capital there may be no name's. */
  readonly startsSentence: boolean;
  readonly hasDigit: boolean;
  /** It may have another value later. */
  readonly isValue: boolean;
}

const fewestParts = 3;
/** A question mark is not among it: a question says nothing. */
const ordinaryPunctuation = `\\s.,;:!'"’‘“”„()\\[\\]–—…•·-`;
const signs = '-−';
const insideWord = `.:/@'’_-`;
const partPattern = new RegExp(
  String.raw`(?<![\p{L}\p{N}])[${signs}]?\p{N}(?:[\p{L}\p{N}.,:/_-]*[\p{L}\p{N}])?|\p{L}(?:[\p{L}\p{N}\p{M}${insideWord}]*[\p{L}\p{N}\p{M}])?|[^${ordinaryPunctuation}]`,
  'gu',
);
const doneVerb = /^(?:\p{L}{3,}ed|\p{L}*ge\p{L}{2,}(?:d|t|en)|(?:be|ver|ont|her)\p{L}{2,}(?:d|t|en))$/u;
const dateOrTime = /^(?:\d{4}-\d\d-\d\d|\d{1,2}[-/.:]\d\d(?:[-/]\d{2,4})?)$/;
const version = /^v?\d+(?:\.\d+)+$/;
const plainNumber = /^[-−]?\d{1,3}(?:[.,]?\d{3})*(?:[.,]\d{1,2})?$/;
const year = /^(?:19|20)\d\d$/;
const endings = ['s', 'en'];

/** Compares a text to one that was there before. */
export function likeness(before: string, after: string): Likeness {
  const [oldWhole, freshWhole] = [partsOf(before), partsOf(after)];
  const [old, fresh] = [telling(oldWhole), telling(freshWhole)];
  const isShort = [old, fresh].some((parts) => parts.filter(({ text }) => !state.has(text)).length < fewestParts);
  if (isShort) return 'other';
  if (saysTheSame(old, fresh)) return 'same';
  if (!tellsState(oldWhole) || !tellsState(freshWhole)) return 'other';
  return hasOneOtherValue(old, fresh) || isOpposite(old, fresh) ? 'newer' : 'other';
}

/** The words, numbers and signs of a text as they are compared. */
export function wordingOf(text: string): readonly string[] {
  return partsOf(text).map((part) => part.text);
}

/** A text without the words that carry nothing. One that is part of a name does: Plan A, Jan de Boer. */
export function tellingParts(text: string): readonly Part[] {
  return telling(partsOf(text));
}

/** The same words in the same order, whatever their inflection. */
export function saysTheSame(one: readonly Part[], other: readonly Part[]): boolean {
  return one.length === other.length && differing(one, other).length === 0;
}

function partsOf(text: string): readonly Part[] {
  const whole = text.normalize('NFKC');
  const found = [...whole.matchAll(partPattern)];
  const words = found.map(([word]) => word.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase());
  return found.map(({ 0: word, index }, at) => {
    const startsSentence = /(?:^|[.!?\n:])[^\p{L}\p{N}]*$/u.test(whole.slice(Math.max(0, index - 5), index));
    return {
      text: words[at] ?? '',
      isName: /^\p{Lu}/u.test(word) && !(startsSentence && idle.has(words[at] ?? '')),
      startsSentence,
      hasDigit: /\p{N}/u.test(word),
      isValue: isValue(words, at),
    };
  });
}

function telling(parts: readonly Part[]): readonly Part[] {
  return parts.filter((part, at) => {
    const next = parts[at + 1];
    const isBeforeName = next !== undefined && next.isName && !next.startsSentence;
    return !idle.has(part.text) || part.isName || isBeforeName;
  });
}

/**
 * Only behind a verb of state: elsewhere a number says which thing is meant, as in an invoice, a room or a bag of
 * 10 kg, and another number is another thing. Nor is a day or an hour one: what is on Tuesday may be on Saturday too.
 */
function isValue(words: readonly string[], at: number): boolean {
  const [word = '', before = '', after = ''] = [words[at], words[at - 1], words[at + 1]];
  const isTime = dateOrTime.test(word);
  const isVersion = (version.test(word) && !isTime) || before === 'version' || before === 'versie';
  if (!plainNumber.test(word) && !isVersion) return false;
  const isMeasured = measures.has(after) || currencies.has(before) || isVersion;
  const mayBeTime = before === 'at' || before === 'op' || year.test(word) || isTime;
  if ((mayBeTime && !isMeasured) || calendar.has(before) || calendar.has(after)) return false;
  let verb = currencies.has(before) ? at - 2 : at - 1;
  while (between.has(words[verb] ?? '')) verb -= 1;
  return state.has(words[verb] ?? '');
}

/** Of something that goes on, rather than of what happened once; and not of what holds of some only. */
function tellsState(parts: readonly Part[]): boolean {
  const isElse = ({ text }: Part): boolean =>
    moment.has(text) || limiting.has(text) || (!state.has(text) && doneVerb.test(text));
  return parts.some(({ text }) => state.has(text)) && !parts.some(isElse);
}

/** Two that differ at once are two things, as in a list of prices. */
function hasOneOtherValue(old: readonly Part[], fresh: readonly Part[]): boolean {
  if (old.length !== fresh.length) return false;
  const [at, ...others] = differing(old, fresh);
  return at !== undefined && others.length === 0 && old[at]?.isValue === true && fresh[at]?.isValue === true;
}

function isOpposite(old: readonly Part[], fresh: readonly Part[]): boolean {
  const [oldBare, freshBare] = [old, fresh].map((parts) => parts.filter(({ text }) => !negations.has(text)));
  if (oldBare === undefined || freshBare === undefined || Math.abs(old.length - fresh.length) !== 1) return false;
  return saysTheSame(oldBare, freshBare);
}

/** The places at which they do not say the same. */
function differing(one: readonly Part[], other: readonly Part[]): readonly number[] {
  return one.flatMap((part, at) => {
    const counterpart = other[at];
    return counterpart !== undefined && isSame(part, counterpart) ? [] : [at];
  });
}

function isSame(one: Part, other: Part): boolean {
  if (one.text === other.text) return true;
  if (one.isName || other.isName || one.hasDigit || other.hasDigit) return false;
  const [short, long] = one.text.length < other.text.length ? [one.text, other.text] : [other.text, one.text];
  return short.length >= 4 && endings.some((ending) => long === short + ending);
}
