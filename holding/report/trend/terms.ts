import stopwordsIso from 'stopwords-iso' with { type: 'json' };
import { cleanText } from '../../swarm/guard.ts';

/** English and Dutch at once: documents of both lie side by side, and a stop word of one is rarely a topic of the other. */
const stopWords: ReadonlySet<string> = new Set([...stopwordsIso.en, ...stopwordsIso.nl]);
/** In the lists as a country's code. */
const noStopWords: ReadonlySet<string> = new Set(['ai']);

/** More of a text than this is not looked at, in characters. */
export const mostCharacters = 40_000;
const mostTerms = 6000;
const longestLead = 3000;
const longestPhrase = 3;
const longestWord = 40;

const words = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * What a text speaks of: its words that are no stop words, and phrases of up to three of them that stand side by side.
 * `wanted` phrases are found with stop words in them as well.
 */
export function termsOf(text: string, wanted: readonly string[] = []): Set<string> {
  const terms = new Set<string>();
  const plain = wordsOf(text);
  let run: string[] = [];
  for (const word of plain) {
    if (word === null || !isTerm(word)) {
      run = [];
      continue;
    }
    run = [...run, word].slice(-longestPhrase);
    for (let length = 1; length <= run.length && terms.size < mostTerms; length += 1)
      terms.add(run.slice(-length).join(' '));
  }
  const whole = ` ${plain.filter((word) => word !== null).join(' ')} `;
  for (const phrase of wanted) if (phrase !== '' && whole.includes(` ${phrase} `)) terms.add(phrase);
  return terms;
}

/** What is kept of a text: its terms, one a line, and its beginning. Nothing of it holds on to the text itself. */
export function spokenOf(text: string, wanted: readonly string[]): { readonly terms: string; readonly lead: string } {
  // A slice would keep the whole text in memory; a copy does not.
  return { terms: [...termsOf(text, wanted)].join('\n'), lead: Buffer.from(text.slice(0, longestLead)).toString() };
}

/** A topic of the owner's, as it is looked for. */
export function phraseOf(topic: string): string {
  return wordsOf(topic)
    .filter((word) => word !== null)
    .join(' ');
}

/** Its words in order, in lower case; null where a sentence or a clause ends, over which no phrase goes. */
function wordsOf(text: string): (string | null)[] {
  const paragraphs = text.slice(0, mostCharacters).replaceAll(/\r?\n\s*\n/g, ' ¶ ');
  const clean = cleanText(paragraphs)
    .replaceAll(/(?<![a-z])[a-z]+:\/\/\S*|:/gi, ' ¶ ')
    .normalize('NFKC')
    .toLowerCase();
  const found: (string | null)[] = [];
  for (const { segment, isWordLike } of words.segment(clean)) {
    if (isWordLike === true) found.push(segment.replaceAll('’', "'"));
    else if (/[.,;:!?()[\]{}"“”|/¶<>=]/.test(segment)) found.push(null);
  }
  return found;
}

function isTerm(word: string): boolean {
  return word.length > 1 && word.length <= longestWord && /\p{L}/u.test(word) && !isStopWord(word);
}

function isStopWord(word: string): boolean {
  return stopWords.has(word) && !noStopWords.has(word);
}
