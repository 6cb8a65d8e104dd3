import type { MarkdownIt } from 'markdown-it';
import { languages } from '#lib/language.ts';
import { evidenceWords } from '../trend/wording.ts';
import { trusted, type Html } from './html.ts';

/** What is folded away: proofs, which few look up and which are long. */
const folded: ReadonlySet<string> = new Set(languages.map((language) => `${evidenceWords[language]}:`));

let renderer: Promise<MarkdownIt> | null = null;

/**
 * Renders the Markdown of a report. Markup in it stays text, and so do links, addresses and images: nothing leads away
 * or loads. Headings go down by a level, for the page has its own.
 */
export async function renderMarkdown(markdown: string): Promise<Html> {
  renderer ??= openRenderer();
  return trusted((await renderer).render(markdown));
}

/** Loaded with the first report, for it takes ten megabytes of a worker that seldom needs it. */
async function openRenderer(): Promise<MarkdownIt> {
  const { default: Renderer } = await import('markdown-it');
  const opened = new Renderer({ html: false, linkify: false });
  opened.disable(['link', 'image', 'autolink', 'reference']);
  opened.core.ruler.push('letter', ({ tokens }) => {
    for (const token of tokens) {
      const [, level] = /^h([1-5])$/.exec(token.tag) ?? [];
      if (level !== undefined) token.tag = `h${Number(level) + 1}`;
    }
    foldEvidence(tokens);
  });
  opened.renderer.rules['evidence_open'] = () => '<details><summary>';
  opened.renderer.rules['evidence_close'] = () => '</summary>';
  opened.renderer.rules['evidence_list_close'] = () => '</ul></details>';
  return opened;
}

/** A paragraph of such a word alone, with the list after it, becomes its summary and what it holds. */
function foldEvidence(tokens: ReturnType<MarkdownIt['parse']>): void {
  let level: number | null = null;
  for (const [index, token] of tokens.entries()) {
    const [text, close, list] = tokens.slice(index + 1, index + 4);
    const isIt =
      token.type === 'paragraph_open' &&
      text !== undefined &&
      folded.has(text.content) &&
      list?.type === 'bullet_list_open';
    if (isIt && close !== undefined) {
      token.type = 'evidence_open';
      close.type = 'evidence_close';
      for (const word of text.children ?? []) word.content = word.content.replace(/:$/, '');
      level = list.level;
    } else if (token.type === 'bullet_list_close' && token.level === level) {
      token.type = 'evidence_list_close';
      level = null;
    }
  }
}
