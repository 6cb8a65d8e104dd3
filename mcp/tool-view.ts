import { isListed } from './config-schema.ts';
import type { Connection, ListedTool } from './connect.ts';
import { requireSetUp } from './guard.ts';
import type { ToolEntry } from './hub.ts';
import type { LockFiles } from './lock-file.ts';
import { comparePins, pinOf, type Pin, type Pins } from './pins.ts';
import { startServer, type StartOptions } from './start.ts';
import type { Station } from './station.ts';

/** A tool as its server lists it now, against what was approved. */
export interface ToolView {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** `first-seen` is usable too: it was pinned, or would be, without anybody's approval. */
  readonly standing: 'usable' | 'first-seen' | 'changed' | 'new' | 'not-allowed';
  /** What of it changed: `description`, `inputSchema`. */
  readonly changed: readonly string[];
  /** Of a changed tool the parts that changed, of any other all of them. */
  readonly parts: readonly PartView[];
  /** As it is now. */
  readonly pin: Pin;
  /** SHA-256 of what it was pinned as, hex; null: it never was. */
  readonly was: string | null;
}

/** One part of a tool: `description`, `inputSchema`. */
export interface PartView {
  readonly part: string;
  /** As its server gives it now; null: it is gone. */
  readonly now: unknown;
  /** As it was approved; null: there was none. Absent: it is not known, for of some parts only a hash is kept. */
  readonly before?: unknown;
}

/** It is for the owner to say whether it may stay, or become usable. */
export function isWaiting({ standing }: ToolView): boolean {
  return standing === 'changed' || standing === 'new' || standing === 'first-seen';
}

interface ViewOptions {
  readonly locks: LockFiles;
  /** The server's tools as they were last usable, in the catalogue's words. */
  readonly kept: readonly ToolEntry[] | null;
  readonly signal: AbortSignal;
}

/** Lists all of a server's tools, also of one in quarantine; starts it where it does not run. @throws ToolError */
export async function viewTools(station: Station, { locks, kept, signal }: ViewOptions): Promise<readonly ToolView[]> {
  requireSetUp(station);
  const { config, session, starting, facts } = station;
  const tools = await listTools(session.live()?.connection ?? null, starting, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw facts.failed(error); // Its words may hold what is in its environment.
  });
  const pins = await locks.pinsOf(config.name);
  return tools.map((tool) => viewOf(tool, { pins, allow: config.rules.allow, kept: keptOf(kept, config.name, tool) }));
}

/** Where it does not run: in a connection of its own, so that nothing of it can be called. */
async function listTools(
  live: Connection | null,
  starting: StartOptions,
  signal: AbortSignal,
): Promise<readonly ListedTool[]> {
  if (live !== null) return (await live.listTools(signal)).tools;
  const closing = AbortSignal.any([starting.closing, signal]);
  const { connection, end } = await startServer({ ...starting, closing, examine: async () => new Map() });
  try {
    return (await connection.listTools(signal)).tools;
  } finally {
    await end();
  }
}

function keptOf(kept: ViewOptions['kept'], server: string, { name }: ListedTool): ToolEntry | undefined {
  return kept?.find((entry) => entry.name === `${server}.${name}`);
}

interface Against {
  readonly pins: Pins | undefined;
  readonly allow: readonly string[];
  readonly kept: ToolEntry | undefined;
}

function viewOf(tool: ListedTool, { pins, allow, kept }: Against): ToolView {
  const { name, raw } = tool;
  const { changed, usable } = comparePins({ tools: [tool], pins, allow, enforce: true });
  const known = pins !== undefined && Object.hasOwn(pins, name) ? pins[name] : undefined;
  const isApproved = known !== undefined && known.firstSeen === undefined;
  const standing = standingOf({
    isAllowed: isListed(allow, name),
    isChanged: changed.length > 0,
    isUsable: usable.has(name),
    isApproved,
  });
  const pin = pinOf(tool);
  const differing = Object.keys({ ...known?.parts, ...pin.parts }).filter(
    (part) => known?.parts[part] !== pin.parts[part],
  );
  const shown = standing === 'changed' ? differing : Object.keys(pin.parts);
  return {
    name,
    title: textOrNull(raw['title']),
    description: textOrNull(raw['description']),
    standing,
    changed: standing === 'changed' ? differing : [],
    parts: shown.map((part): PartView => {
      const view = { part, now: raw[part] ?? null };
      return standing === 'changed' ? Object.assign(view, beforeOf(part, known, kept)) : view;
    }),
    pin,
    was: known?.sha256 ?? null,
  };
}

interface Found {
  readonly isAllowed: boolean;
  readonly isChanged: boolean;
  readonly isUsable: boolean;
  readonly isApproved: boolean;
}

function standingOf({ isAllowed, isChanged, isUsable, isApproved }: Found): ToolView['standing'] {
  if (!isAllowed) return 'not-allowed';
  if (isChanged) return 'changed';
  if (!isUsable) return 'new';
  return isApproved ? 'usable' : 'first-seen';
}

/** What the catalogue kept is what was approved only where its hash says so. */
function beforeOf(part: string, known: Pin | undefined, kept: ToolEntry | undefined): { before?: unknown } {
  if (known?.parts[part] === undefined) return { before: null };
  const { name, ...words } = kept ?? { name: '' };
  const before = Object.entries(words).find(([key]) => key === part)?.[1];
  const isSame = before !== undefined && pinOf({ name, raw: { [part]: before } }).parts[part] === known.parts[part];
  return isSame ? { before } : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
