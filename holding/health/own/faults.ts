import { isAlias, isCollection, isMap, isNode, isScalar, type Document, type LineCounter, type Pair } from 'yaml';
import type { z } from 'zod';
import { AnyEntry, kinds, knownKeys } from './form.ts';
import { nearestOf } from './near.ts';

/** One thing that is wrong with the file, and where: from 1. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** A name that is not known, and those that are: which was meant is worked out for the faults that are told. */
  readonly meant?: Meant | undefined;
}

export interface Meant {
  readonly written: string;
  readonly known: readonly string[];
}

/** What is wrong, of a name rather than of what stands behind it where so said. */
export type Wrong = string | (Pick<Fault, 'message' | 'meant'> & { readonly atKey?: boolean });

/** The text as it was read, to find places in it. */
export interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly value: unknown;
}

type Path = readonly PropertyKey[];

/** A fault at a place of the file; at its parent where that is not there. */
export function faultAt(source: Source, path: Path, wrong: Wrong): Fault {
  const { message, meant, atKey = false } = typeof wrong === 'string' ? { message: wrong } : wrong;
  const { line, col } = source.lines.linePos(offsetOf(source.document, path, atKey));
  return { line, column: col, message: `${placeOf(source.value, path)}${message}`, meant };
}

/** As it is told: `line 3, column 5: shop: evry is not known; did you mean every?` */
export function faultText({ line, column, message, meant }: Fault): string {
  const near = meant === undefined ? undefined : nearestOf(meant.written, meant.known);
  return `line ${line}, column ${column}: ${message}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** What zod found, in words for the one who wrote the file; no value of it is repeated. */
export function faultsOfIssue(issue: z.core.$ZodIssue, source: Source): Fault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path, valueAt(source.value, [...path.slice(0, 2), 'kind']));
    const wrong = (written: string): Wrong => ({ message: 'is not known', meant: { written, known }, atKey: true });
    return issue.keys.map((key) => faultAt(source, [...path, key], wrong(key)));
  }
  if (issue.code === 'invalid_union' && path.at(-1) === 'kind')
    return [faultAt(source, path, wrongKind(source, path)), ...faultsBesides(source, path.slice(0, -1))];
  if (issue.code === 'invalid_key')
    return [faultAt(source, path, { message: issue.issues[0]?.message ?? 'is no name', atKey: true })];
  return [faultAt(source, path, plain(issue, valueAt(source.value, path)))];
}

/** That a kind is misspelt hides nothing else. */
function faultsBesides(source: Source, path: Path): Fault[] {
  const issues = AnyEntry.safeParse(valueAt(source.value, path)).error?.issues ?? [];
  return issues.flatMap((issue) => faultsOfIssue({ ...issue, path: [...path, ...issue.path] }, source));
}

function wrongKind({ value }: Source, path: Path): Wrong {
  const kind = valueAt(value, path);
  const list = kinds.join(', ');
  if (kind === undefined) return `is missing; it is one of ${list}`;
  return {
    message: `must be one of ${list}`,
    meant: typeof kind === 'string' ? { written: kind, known: kinds } : undefined,
  };
}

function plain(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'is missing';
  if (issue.code !== 'invalid_type') return issue.message;
  return issue.message.replace(/^Invalid input: expected (.*), received .*$/, (_all, expected: string) => {
    const names: Record<string, string> = { array: 'a list', object: 'a map of names and values', string: 'text' };
    return `must be ${names[expected] ?? expected}`;
  });
}

/** `web-shop: every `: the check by its id where it has one, and what of it. */
function placeOf(value: unknown, path: Path): string {
  if (path.length === 0) return 'The file ';
  const [top, index, ...rest] = path;
  if (top !== 'checks' || index === undefined) return `${path.map(String).join('.')} `;
  const id = valueAt(value, ['checks', index, 'id']);
  const name = typeof id === 'string' && /^[\w-]{1,60}$/.test(id) ? id : `check ${Number(index) + 1}`;
  return rest.length === 0 ? `${name} ` : `${name}: ${rest.map((part) => short(String(part))).join('.')} `;
}

function short(text: string): string {
  const clean = text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?');
  return clean.length > 40 ? `${clean.slice(0, 39)}…` : clean;
}

/** What stands at a place of a value from outside; undefined where nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = Reflect.get(at, part);
  }
  return at;
}

function offsetOf(document: Document, path: Path, atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const collection: unknown = isAlias(node) ? node.resolve(document) : node;
    if (!isCollection(collection)) return offset;
    const pair = isMap(collection) ? pairOf(collection.items, part) : undefined;
    node = isMap(collection) ? pair?.value : collection.items[Number(part)];
    const isLast = depth === path.length - 1;
    const next = isLast && atKey ? startOf(pair?.key) : (startOf(node) ?? startOf(pair?.key));
    if (next === undefined) return offset;
    offset = next;
  }
  return offset;
}

function pairOf(items: readonly Pair[], name: PropertyKey): Pair | undefined {
  return items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(name));
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
