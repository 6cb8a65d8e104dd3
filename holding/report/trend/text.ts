/** Elements whose content is no text. */
const silent = ['script', 'style', 'noscript', 'template', 'svg'];

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The text of a piece of HTML; in one pass, so that hostile markup costs no more than any other. */
export function textOfHtml(html: string): string {
  const lower = html.toLowerCase();
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) break;
    parts.push(html.slice(at, open), ' ');
    const end = endOfTag(lower, open);
    if (end === -1) return withEntities(parts.join('')); // A tag that never ends hides the rest, as in a browser.
    at = end;
  }
  parts.push(html.slice(at));
  return withEntities(parts.join(''));
}

/** Where the text goes on after the tag at `open`; -1: nowhere. */
function endOfTag(lower: string, open: number): number {
  if (lower.startsWith('<!--', open)) return after(lower, '-->', open + 4);
  // A lone `<`, as in `a < b`, is text.
  if (!/[a-z/!?]/.test(lower[open + 1] ?? '')) return open + 1;
  const close = after(lower, '>', open);
  const name = silent.find(
    (one) => lower.startsWith(one, open + 1) && /[\s/>]/.test(lower[open + 1 + one.length] ?? ''),
  );
  if (close === -1 || name === undefined) return close;
  const end = lower.indexOf(`</${name}`, close);
  return end === -1 ? -1 : after(lower, '>', end);
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? -1 : at + mark.length;
}

function withEntities(text: string): string {
  return text.replaceAll(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,4});/gi, (entity) => {
    const name = entity.slice(1, -1).toLowerCase();
    if (!name.startsWith('#')) return named[name] ?? entity;
    const code = Number(name.replace('#x', '0x').replace('#', ''));
    return code > 0x10_ff_ff ? ' ' : String.fromCodePoint(code);
  });
}

/** Bytes that are no text at all: a picture, an archive, another encoding. */
export function isBinary(text: string): boolean {
  const sample = text.slice(0, 8000);
  const broken = sample.match(/[\0\uFFFD]/g)?.length ?? 0;
  return sample.includes('\0') || broken > sample.length / 20;
}

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The first sentence that the test holds for; the first of all where there is none. */
export function sentenceWith(text: string, test: (sentence: string) => boolean): string {
  let first: string | null = null;
  for (const { segment } of sentences.segment(text)) {
    const sentence = segment.trim();
    if (sentence === '') continue;
    if (test(sentence)) return sentence;
    first ??= sentence;
  }
  return first ?? '';
}
