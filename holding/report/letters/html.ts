import { cleanText } from '../../swarm/guard.ts';

const made = Symbol('markup');

/** Markup that was made here, and so may stand in a page as it is. */
export interface Html {
  readonly [made]: string;
}

/** What may stand in a template: texts and numbers are escaped, null is nothing. */
export type Part = string | number | Html | null | readonly Part[];

/** Makes markup; every text in it is cleaned of what is not to be seen, and marks up nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const last = texts.at(-1) ?? '';
  return trusted(parts.map((part, index) => `${texts[index] ?? ''}${markup(part)}`).join('') + last);
}

/** For what a library made safe, or what is of numbers alone. */
export function trusted(text: string): Html {
  return { [made]: text };
}

/** The markup itself. */
export function markupOf(whole: Html): string {
  return whole[made];
}

function markup(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return escape(part);
  if (typeof part === 'number') return String(part);
  return made in part ? part[made] : part.map(markup).join('');
}

function escape(text: string): string {
  return cleanText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
