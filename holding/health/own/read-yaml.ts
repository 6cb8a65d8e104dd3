import { LineCounter, parseDocument } from 'yaml';
import { messageOf } from '#lib/errors.ts';
import type { Fault, Source } from './faults.ts';

/** A larger file of checks is not read. */
export const mostBytes = 524_288;

const mostAliases = 100;

/** Reads YAML, or says where it is none; nothing of what stands there is repeated, for it may be a secret. */
export function readYaml(text: string): Source | { readonly faults: readonly Fault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = document.errors.map(({ pos: [offset], message }) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, message: withoutQuote(message) };
  });
  if (faults.length > 0) return { faults };
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    return { document, lines, value };
  } catch (error) {
    return { faults: [{ line: 1, column: 1, message: messageOf(error) }] };
  }
}

/** The parser quotes what it stumbled over. */
function withoutQuote(message: string): string {
  return message.replace(/:? *["'].*$/s, '').slice(0, 120);
}
