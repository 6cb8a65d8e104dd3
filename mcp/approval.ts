import { isListed } from './config-schema.ts';
import type { ListedTool } from './connect.ts';
import type { LockFiles } from './lock-file.ts';
import { comparePins, pinOf, type Pin } from './pins.ts';
import { startServer, type StartOptions } from './start.ts';
import type { Station } from './station.ts';

/** A tool as its server lists it now, against what was approved. */
export interface ToolView {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly standing: 'usable' | 'changed' | 'new' | 'not-allowed';
  /** What of it changed: `description`, `inputSchema`. */
  readonly changed: readonly string[];
  /** As it is now. */
  readonly pin: Pin;
}

/** Lists all of a server's tools, also of one in quarantine; starts it where it does not run. @throws ToolError */
export async function viewTools(
  { config, session, starting }: Station,
  { locks, signal }: { locks: LockFiles; signal: AbortSignal },
): Promise<readonly ToolView[]> {
  const live = session.live();
  const tools = live === undefined ? await listOnce(starting, signal) : (await live.connection.listTools(signal)).tools;
  const pins = await locks.pinsOf(config.name);
  return tools.map((tool) => viewOf(tool, { pins, allow: config.rules.allow }));
}

/** In a connection of its own, so that nothing of it can be called. */
async function listOnce(starting: StartOptions, signal: AbortSignal): Promise<readonly ListedTool[]> {
  const { connection, end } = await startServer({ ...starting, examine: async () => new Map() });
  try {
    return (await connection.listTools(signal)).tools;
  } finally {
    await end();
  }
}

function viewOf(
  tool: ListedTool,
  { pins, allow }: Pick<Parameters<typeof comparePins>[0], 'pins' | 'allow'>,
): ToolView {
  const { changed, usable } = comparePins({ tools: [tool], pins, allow, enforce: true });
  const { title, description } = tool.raw;
  const isAllowed = isListed(allow, tool.name);
  const what = changed[0]?.slice(tool.name.length + 2).split(', ') ?? [];
  const standing =
    changed.length > 0 ? 'changed' : usable.has(tool.name) ? 'usable' : isAllowed ? 'new' : 'not-allowed';
  return {
    name: tool.name,
    title: typeof title === 'string' ? title : null,
    description: typeof description === 'string' ? description : null,
    standing,
    changed: what,
    pin: pinOf(tool),
  };
}

/** Approves the allowed ones of these tools, as they were seen; what the server lists by then is compared with that. */
export async function approveTools(
  { config, facts }: Station,
  { locks, seen }: { locks: LockFiles; seen: readonly ToolView[] },
): Promise<readonly string[]> {
  const allowed = seen.filter(({ standing }) => standing !== 'not-allowed');
  await locks.keep(config.name, Object.fromEntries(allowed.map(({ name, pin }) => [name, pin])));
  facts.set({ quarantined: null, changed: [] });
  return allowed.map(({ name }) => name);
}
