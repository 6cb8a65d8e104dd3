import { cleanText, unescapeMarkdown } from '../../swarm/guard.ts';

/** A report for a terminal: no marks, and nothing that would steer it. */
export function plainReport(markdown: string): string {
  return markdown
    .split('\n')
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? '';
      const text = cleanText(line)
        .replace(/^#+ /, '')
        .replaceAll('**', '')
        .replaceAll(/(?<!\\)`/g, '');
      return `${indent}${unescapeMarkdown(text)}`;
    })
    .filter((line) => !/^\|[-|]+\|$/.test(line))
    .join('\n');
}
