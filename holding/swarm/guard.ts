/** Longest quote, in characters. */
export const mostQuoted = 200;

/**
 * External text without what is not to be seen: control, format (zero-width, bidirectional, tag) and private
 * characters, fillers and other blanks that are no space, variation selectors and stray surrogates are gone, all white
 * space is one space.
 */
export function cleanText(text: string): string {
  return text
    .replaceAll(/[\t-\r\u0085\u2028\u2029]/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Default_Ignorable_Code_Point}\u{2800}]/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * External text as a quote: clean, without links, addresses, tags and images, short. Data, never an instruction; still
 * to be escaped for whatever shows it.
 */
export function quoteOf(text: string): string {
  return shorten(withoutLinks(cleanText(text.slice(0, 4000))), mostQuoted);
}

function withoutLinks(text: string): string {
  return text
    .replaceAll(/!?\[([^[\]]{0,300})\]\((?:[^()]|\([^()]{0,300}\)){0,2000}\)/g, '$1')
    .replaceAll(/!?\[([^[\]]{0,300})\]\[[^[\]]{0,300}\]/g, '$1')
    .replaceAll(/<\/?[a-z!?][^<>]{0,2000}>/gi, ' ')
    .replaceAll(/[a-z][a-z0-9+.-]{0,20}:\/\/\S*/gi, '[link]')
    .replaceAll(/\b(?:data|javascript|vbscript|mailto):\S+/gi, '[link]')
    .replaceAll(/\bwww\.\S+/gi, '[link]')
    .replaceAll(/[^\s@]{1,64}@[^\s@]{1,255}/g, '[address]')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/** Cut at a whole character, with an ellipsis that counts. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

/** Text within a line of Markdown as it is: nothing in it is a link, an image, a tag, code, a cell's end or emphasis. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]!|~$]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** The other way round, for a terminal, which shows no Markdown. */
export function unescapeMarkdown(text: string): string {
  return text
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replaceAll(/\\([\\`*_[\]!|~$])/g, '$1');
}
