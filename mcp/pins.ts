import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ListedTool } from './connect.ts';
import { isListed } from './config-schema.ts';

/** What of a tool is pinned: all that a model reads, and all that says how it runs. */
const pinnedParts = [
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
  'icons',
  'execution',
] as const;

/** A tool as it was approved; `parts` are short hashes, to say what changed. */
export interface Pin {
  readonly sha256: string;
  readonly parts: Readonly<Record<string, string>>;
  /** The day on which it was pinned because it was new, where nobody approved it. */
  readonly firstSeen?: string | undefined;
}

/** The tools of one server, by name. */
export type Pins = Readonly<Record<string, Pin>>;

/** The pin of a tool as its server lists it. */
export function pinOf({ raw }: ListedTool): Pin {
  const present = pinnedParts.filter((part) => raw[part] !== undefined);
  const parts = present.map((part) => [part, sha256(raw[part]).slice(0, 16)] as const);
  return {
    sha256: sha256(Object.fromEntries(present.map((part) => [part, raw[part]]))),
    parts: Object.fromEntries(parts),
  };
}

function sha256(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
}

/** By name, as an object has names of its own. */
export type UsableTools = ReadonlyMap<string, Pin>;

/** What a look at a server's tools found against their pins. */
export interface Comparison {
  /** Allowed tools that are not as approved: `read_file: description, inputSchema`. */
  readonly changed: readonly string[];
  /** What is worth a word and stops nothing. */
  readonly notes: readonly string[];
  /** Of tools that are seen for the first time and pinned by that. */
  readonly fresh: Pins;
  /** The pins of the tools that may be used, fresh ones included. */
  readonly usable: UsableTools;
}

export interface ComparisonInput {
  readonly tools: readonly ListedTool[];
  /** Undefined: the server was never seen. */
  readonly pins: Pins | undefined;
  readonly allow: readonly string[];
  /** False: a change is noted, and the tool remains usable. */
  readonly enforce: boolean;
}

/**
 * Compares the tools that a server lists with their pins. A tool that the owner named is pinned at first sight; one
 * that only `*` covers is so together with its server, and stays unusable when it joins later.
 */
export function comparePins({ tools, pins, allow, enforce }: ComparisonInput): Comparison {
  const found = { changed: [] as string[], notes: [] as string[] };
  const fresh = new Map<string, Pin>();
  const usable = new Map<string, Pin>();
  const names = tools.map(({ name }) => name);
  const doubled = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  for (const tool of tools.filter(({ name }) => !doubled.has(name))) {
    const { name } = tool;
    const [known, pin] = [ownPin(pins, name), pinOf(tool)];
    const isAllowed = isListed(allow, name);
    if (known === undefined) {
      if (!isAllowed) continue;
      const joinsLater = pins !== undefined && !allow.includes(name);
      if (joinsLater) found.notes.push(`new, and unusable until it is approved: ${name}`);
      else fresh.set(name, pin);
    } else if (known.sha256 === pin.sha256) {
      if (isAllowed) usable.set(name, known);
    } else {
      const what = `${name}: ${differences(known, pin).join(', ')}`;
      if (isAllowed && enforce) found.changed.push(what);
      else found.notes.push(`changed since it was pinned: ${what}`);
      if (isAllowed && !enforce) usable.set(name, pin);
    }
  }
  const missing = allow.filter((name) => name !== '*' && !names.includes(name));
  found.notes.push(...missing.map((name) => `allowed, and not there: ${name}`));
  found.notes.push(...[...doubled].map((name) => `listed more than once, so unusable: ${name}`));
  return { ...found, fresh: Object.fromEntries(fresh), usable: new Map([...usable, ...fresh]) };
}

/** What a server calls a tool may be the name of something that every object has. */
function ownPin(pins: Pins | undefined, name: string): Pin | undefined {
  return pins !== undefined && Object.hasOwn(pins, name) ? pins[name] : undefined;
}

function differences(before: Pin, after: Pin): string[] {
  return pinnedParts.filter((part) => before.parts[part] !== after.parts[part]);
}
