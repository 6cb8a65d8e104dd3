/** As Telegram counts a message: UTF-16 units. It counts them without the tags, so what fits here fits there. */
const mostInMessage = 4096;

const tagOrEntity = /<[^<>]*>|&[^\s&;<>]{1,10};/g;

/** What somebody else wrote, so that it is text in a message of `parse_mode` HTML; half a character would be refused. */
export function escapeHtml(text: string): string {
  return text.toWellFormed().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The same without its tags, as a person reads it. */
export function textOfHtml(html: string): string {
  const text = html.replaceAll(/<[^<>]*>/g, '');
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/**
 * A message in as many as it takes, cut at ends of lines, a longer line at a space, and never within a tag, an entity or
 * a character. A tag that is open at a cut is closed, and opened anew in the next one.
 */
export function splitMessage(html: string, most = mostInMessage): readonly string[] {
  const parts: string[] = [];
  let rest = html;
  while (rest.length > most) {
    const { part, open } = cutOff(rest, most);
    parts.push(`${part.trimEnd()}${closing(open)}`);
    rest = `${open.join('')}${rest.slice(part.length).replace(/^\s+/, '')}`;
  }
  return rest.trim() === '' ? parts : [...parts, rest];
}

interface Cut {
  readonly part: string;
  /** Tags that are open at its end, the outermost first. */
  readonly open: readonly string[];
}

/** As much as fits together with the tags that it must close. */
function cutOff(text: string, most: number): Cut {
  for (let room = most; ;) {
    const part = text.slice(0, placeToCut(text, room));
    const open = openTags(part);
    const over = part.length + closing(open).length - most;
    if (over <= 0 || room <= over) return { part, open };
    room -= over;
  }
}

function placeToCut(text: string, room: number): number {
  const whole = wholeUpTo(text, room);
  const first = text.slice(0, whole);
  const begin = /^(?:<[^<>]*>)*/.exec(first)?.[0].length ?? 0;
  // A cut so early would leave next to nothing in this part.
  const inTime = (at: number): boolean => at > Math.max(begin, room / 4) && at === wholeUpTo(text, at);
  const lineEnd = text[whole] === '\n' ? whole : first.lastIndexOf('\n');
  if (inTime(lineEnd)) return lineEnd;
  const space = first.lastIndexOf(' ');
  return inTime(space) ? space : Math.max(whole, begin + 1);
}

/** The place itself, or the beginning of the tag, entity or character that it lies within. */
function wholeUpTo(text: string, place: number): number {
  for (const { index, 0: match } of text.slice(0, place + 300).matchAll(tagOrEntity)) {
    if (index < place && index + match.length > place) return index;
  }
  const unit = text.charCodeAt(place);
  return unit >= 0xdc00 && unit <= 0xdfff ? place - 1 : place;
}

function openTags(text: string): string[] {
  const open: string[] = [];
  for (const [tag] of text.matchAll(/<[^<>]*>/g)) {
    if (tag.startsWith('</')) open.pop();
    else open.push(tag);
  }
  return open;
}

function closing(open: readonly string[]): string {
  return open
    .toReversed()
    .map((tag) => `</${/[a-z-]+/i.exec(tag)?.[0] ?? ''}>`)
    .join('');
}
