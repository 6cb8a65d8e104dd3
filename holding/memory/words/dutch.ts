import { stemmer } from '@orama/stemmers/dutch';

/** Shorter than this a part of a compound is more often chance than a word. */
const shortestPart = 3;
const shortestCompound = 7;
const links = ['', 's', 'en', 'e', 'n'] as const;
const particles = /^(aan|achter|af|bij|door|in|mee|na|om|onder|op|over|terug|toe|uit|vast|voor|weg)ge(.{3,})$/u;

/** What the forms of a word have in common: “halen”, “haalt” and “haal” are one. */
export function dutchKey(word: string): string {
  return stemmer(word)
    .replace(/([aeou])\1(?=[^aeiou]*$)/u, '$1')
    .replace(/([bcdfgklmnprst])\1$/u, '$1')
    .replace(/v$/u, 'f')
    .replace(/z$/u, 's');
}

/** The keys under which a word may stand in a dictionary, the likeliest first: as it is, and as a form of a verb. */
export function dutchKeys(word: string): string[] {
  const bases = [word];
  if (/[aeiou]s$/u.test(word)) bases.push(word.slice(0, -1));
  if (/[^t]t$/u.test(word)) bases.push(word.slice(0, -1));
  if (/[dt]en?$/u.test(word)) bases.push(word.replace(/[dt]en?$/u, ''));
  bases.push(...participleBases(word));
  return [...new Set(bases.map(dutchKey))].filter((key) => key.length >= shortestPart);
}

/** “gestuurd” is of “sturen”, “doorgestuurd” of “doorsturen”. */
function participleBases(word: string): string[] {
  const [, particle = '', rest] = particles.exec(word) ?? /^(ge)(.{3,})$/u.exec(word) ?? [];
  if (rest === undefined) return [];
  const prefix = particle === 'ge' ? '' : particle;
  return [`${prefix}${rest}`, `${prefix}${rest.replace(/[dt]$/u, '')}`];
}

/** The two words that a compound is most evenly made of, as far as they are known; null: it is none. */
export function splitCompound(word: string, isKnown: (part: string) => boolean): readonly [string, string] | null {
  if (word.length < shortestCompound) return null;
  let best: { readonly parts: readonly [string, string]; readonly score: number } | null = null;
  for (let at = shortestPart; at <= word.length - shortestPart; at += 1) {
    const tail = word.slice(at);
    if (!isKnown(tail)) continue;
    for (const link of links) {
      const head = headBefore(word.slice(0, at), link);
      const score = Math.min(head.length, tail.length) - (link === '' ? 0 : 0.5);
      if (score <= (best?.score ?? shortestPart - 1) || !isKnown(head)) continue;
      best = { parts: [head, tail], score };
    }
  }
  return best?.parts ?? null;
}

function headBefore(text: string, link: string): string {
  if (!text.endsWith(link)) return '';
  return link === '' ? text : text.slice(0, -link.length);
}
