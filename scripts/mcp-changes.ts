import canonicalize from 'canonicalize';
import type { PartView, ToolView } from '#mcp/tool-view.ts';
import { paint } from './command.ts';

const words: Partial<Record<ToolView['standing'], string>> = {
  changed: 'changed since it was approved',
  new: 'new',
  'first-seen': 'in use since it was first seen',
};

/**
 * All that an approval is of, for the owner to read: each changed part as it was and as it is, of a new tool each part.
 * What cannot be seen on a terminal stands there by its number, for it may be meant for a model alone.
 */
export function showChanges(server: string, waiting: readonly ToolView[]): void {
  for (const { name, standing, parts } of waiting) {
    process.stdout.write(`${paint('bold', visible(`${server}.${name}`))}: ${words[standing] ?? standing}\n`);
    for (const part of parts.filter(({ part: of }) => of !== 'name')) showPart(part, standing === 'changed');
    process.stdout.write('\n');
  }
}

function showPart(view: PartView, isChange: boolean): void {
  process.stdout.write(`  ${visible(view.part)}\n`);
  if (isChange && !('before' in view))
    process.stdout.write(`${paint('dim', '    as approved: only its hash was kept')}\n`);
  for (const line of linesOf(view.before)) process.stdout.write(`${paint('red', `    - ${line}`)}\n`);
  for (const line of linesOf(view.now)) process.stdout.write(`${paint('green', `    + ${line}`)}\n`);
}

/** Text as it is, else canonical JSON, indented: the same whichever way its server wrote it. */
function linesOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  const text = typeof value === 'string' ? value : JSON.stringify(JSON.parse(canonicalize(value) ?? 'null'), null, 2);
  return visible(text).split('\n');
}

function visible(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, (hidden) => {
    const number = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `<U+${number}>`;
  });
}
