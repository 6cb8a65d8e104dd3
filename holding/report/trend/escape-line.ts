import { cleanText, escapeMarkdown } from '../../swarm/guard.ts';

/** External text as it stands in a report's Markdown: on one line, and it links, loads and marks up nothing. */
export function escapeLine(text: string): string {
  return escapeMarkdown(cleanText(text));
}
