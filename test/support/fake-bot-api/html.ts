import { Refusal } from './refusal.ts';

const tags = new Set('b strong i em u ins s strike del span tg-spoiler tg-emoji a code pre blockquote'.split(' '));
const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };

/** The text that a person sees of `parse_mode` HTML. @throws Refusal where the real one cannot parse it either. */
export function textOfHtml(html: string): string {
  const open: string[] = [];
  const text = html.replaceAll(/<(\/?)([^<>\s]*)[^<>]*(>?)/g, (...[whole, slash, name, end, at]: string[]) => {
    const place = Buffer.byteLength(html.slice(0, Number(at)));
    if (end === '') throw cannot(`Unclosed ${slash === '' ? 'start' : 'end'} tag at byte offset ${place}`);
    if (slash === '') openTag(String(name), { open, place, whole: String(whole) });
    else closeTag(String(name), { open, place });
    return '';
  });
  const left = open.at(-1);
  if (left !== undefined) throw cannot(`Can't find end tag corresponding to start tag "${left}"`);
  return text.replaceAll(/&(?:lt|gt|amp|quot);/g, (entity) => entities[entity] ?? entity);
}

interface Place {
  readonly open: string[];
  readonly place: number;
}

function openTag(given: string, { open, place, whole }: Place & { readonly whole: string }): void {
  const name = given.toLowerCase();
  if (!tags.has(name)) throw cannot(`Unsupported start tag "${name}" at byte offset ${place}`);
  if (name === 'span' && !whole.includes('class="tg-spoiler"')) {
    throw cannot(`Tag "span" must have class "tg-spoiler" at byte offset ${place}`);
  }
  open.push(name);
}

function closeTag(given: string, { open, place }: Place): void {
  const expected = open.pop();
  if (expected === undefined) throw cannot(`Unexpected end tag at byte offset ${place}`);
  if (given === '' || given.toLowerCase() === expected) return;
  throw cannot(`Unmatched end tag at byte offset ${place}, expected "</${expected}>", found "</${given}>"`);
}

function cannot(why: string): Refusal {
  return new Refusal(400, `Bad Request: can't parse entities: ${why}`);
}
