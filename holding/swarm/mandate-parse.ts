import { isMap, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { z } from 'zod';
import { messageOf } from '#lib/errors.ts';
import { compileArgs, type ArgsSchema } from './mandate-args.ts';
import { Mandate } from './mandate.ts';

/** One thing that is wrong with a mandate, where it stands. */
export interface MandateFault {
  /** From 1; null where it has no place of its own. */
  readonly line: number | null;
  readonly message: string;
}

export type ParsedMandate =
  | { readonly ok: true; readonly mandate: Mandate }
  | { readonly ok: false; readonly faults: readonly MandateFault[] };

/** Reads the mandate in a Markdown file: its only fenced block of YAML. Every fault at once, each with its line. */
export function parseMandate(markdown: string): ParsedMandate {
  const blocks = yamlBlocks(markdown);
  const [block] = blocks;
  if (block === undefined) return oneFault(null, 'It has no block of YAML: a line ```yaml, the rights, a line ```');
  if (blocks.length > 1)
    return oneFault(blocks[1]?.line ?? null, 'This is a second block of YAML; there may be one only');

  const lines = new LineCounter();
  const document = parseDocument(block.text, { lineCounter: lines, uniqueKeys: true });
  const lineAt = (offset: number): number => lines.linePos(offset).line + block.line;
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => ({
      line: lineAt(error.pos[0]),
      message: (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''),
    }));
    return { ok: false, faults };
  }
  return check(document, lineAt);
}

/** A fault with its line. */
export function faultText(fault: MandateFault | undefined): string {
  if (fault === undefined) return '';
  return fault.line === null ? fault.message : `line ${fault.line}: ${fault.message}`;
}

function oneFault(line: number | null, message: string): ParsedMandate {
  return { ok: false, faults: [{ line, message }] };
}

function yamlBlocks(markdown: string): { readonly line: number; readonly text: string }[] {
  const blocks: { line: number; text: string }[] = [];
  let open: { line: number; lines: string[] } | null = null;
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    if (open === null && /^```ya?ml\s*$/.test(line)) open = { line: index + 1, lines: [] };
    else if (open !== null && /^```\s*$/.test(line)) {
      blocks.push({ line: open.line, text: open.lines.join('\n') });
      open = null;
    } else open?.lines.push(line);
  }
  // A block that is not closed goes on to the end, as Markdown has it.
  if (open !== null) blocks.push({ line: open.line, text: open.lines.join('\n') });
  return blocks;
}

function check(document: Document, lineAt: (offset: number) => number): ParsedMandate {
  const strange = strangeValues(document, lineAt);
  if (strange.length > 0) return { ok: false, faults: strange };
  const value = plainValue(document);
  if (!value.ok) return oneFault(null, value.why);
  const parsed = Mandate.safeParse(value.value);
  const faults = parsed.success ? [] : parsed.error.issues.flatMap((issue) => describe(issue, document, lineAt));
  if (parsed.success) faults.push(...ownFaults(parsed.data, document, lineAt));
  if (!parsed.success || faults.length > 0)
    return { ok: false, faults: faults.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)) };
  return { ok: true, mandate: parsed.data };
}

/** YAML has values that JSON has not; a mandate with one could be neither approved nor compared. */
function strangeValues(document: Document, lineAt: (offset: number) => number): MandateFault[] {
  const faults: MandateFault[] = [];
  visit(document, {
    Scalar: (_key, { value, range, source }) => {
      const line = range ? lineAt(range[0]) : null;
      if (typeof value === 'number' && !Number.isFinite(value))
        faults.push({ line, message: `${source ?? String(value)} is no number that can be counted with` });
      if (typeof value === 'string' && !value.isWellFormed())
        faults.push({ line, message: 'This is no text: it holds half of a character' });
    },
  });
  return faults;
}

/** Aliases are bounded by the library: a few lines of them cannot become a giant. */
function plainValue(document: Document): { ok: true; value: unknown } | { ok: false; why: string } {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 10 }) };
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}

function describe(issue: z.core.$ZodIssue, document: Document, lineAt: (offset: number) => number): MandateFault[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      line: lineOf([...path, key], document, lineAt),
      message: `${[...path, key].join('.')} is no name that a mandate has`,
    }));
  }
  const where = path.length === 0 ? 'The block' : path.join('.');
  return [{ line: lineOf(path, document, lineAt), message: `${where} ${plainMessage(issue)}` }];
}

function plainMessage(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined'))
    return 'is missing';
  return issue.message.replace(/^Invalid input: /, '').replace(/^expected/, 'is wrong: expected');
}

/** What the shape alone does not say. */
function ownFaults(mandate: Mandate, document: Document, lineAt: (offset: number) => number): MandateFault[] {
  const faults: MandateFault[] = [];
  const seen = new Set<string>();
  for (const [index, tool] of mandate.tools.entries()) {
    const at = (key: string): number | null => lineOf(['tools', index, key], document, lineAt);
    if (seen.has(tool.name)) faults.push({ line: at('name'), message: `${tool.name} is listed twice; keep one` });
    seen.add(tool.name);
    const why = tool.args === undefined ? null : schemaFault(tool.args);
    if (why !== null)
      faults.push({ line: at('args'), message: `args of ${tool.name} is no JSON Schema that can be held to: ${why}` });
  }
  return faults;
}

function schemaFault(schema: ArgsSchema): string | null {
  try {
    compileArgs(schema);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** The line of the value at a path, or of the nearest thing around it that there is. */
function lineOf(
  path: readonly (string | number)[],
  document: Document,
  lineAt: (offset: number) => number,
): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(key)) : undefined;
    const offset = offsetOf(pair?.key) ?? offsetOf(document.getIn(path.slice(0, length), true));
    if (offset !== null) return lineAt(offset);
  }
  return null;
}

function offsetOf(node: unknown): number | null {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return null;
  const [start]: readonly unknown[] = node.range;
  return typeof start === 'number' ? start : null;
}
