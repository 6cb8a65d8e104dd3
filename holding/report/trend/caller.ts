import type { Mandate } from '../../swarm/mandate.ts';
import type { Hub, ToolResult } from '#mcp/hub.ts';
import { ToolError } from '#mcp/tool-error.ts';

/** Calls that are kept back, so that what was found can still be written. */
const keptForWriting = 6;
const writing = new Set(['filesystem.create_directory', 'filesystem.write_file']);

/** The hub as one run of one unit uses it. */
export interface Caller {
  /** @throws ToolError */
  readonly call: (tool: string, args: Readonly<Record<string, unknown>>) => Promise<ToolResult>;
  /** How often a tool may still be called in this run, by the mandate; the gate itself counts as well. */
  readonly left: (tool: string) => number;
}

export interface CallerOptions {
  readonly hub: Pick<Hub, 'call'>;
  readonly unit: string;
  readonly run: string;
  readonly mandate: Pick<Mandate, 'tools' | 'budget'>;
  readonly signal: AbortSignal;
}

/** Knows what the mandate leaves, so that a report that cannot read everything reads the newest and says so. */
export function createCaller({ hub, unit, run, mandate, signal }: CallerOptions): Caller {
  const used = new Map<string, number>();
  return {
    call: (tool, args) => {
      used.set(tool, (used.get(tool) ?? 0) + 1);
      return hub.call({ tool, args, unit, run, signal });
    },
    left: (tool) => {
      const right = mandate.tools.find(({ name }) => name === tool);
      if (right === undefined || right.level !== 'auto') return 0;
      const spent = [...used.values()].reduce((sum, calls) => sum + calls, 0);
      const budget = mandate.budget.toolCalls - spent - (writing.has(tool) ? 0 : keptForWriting);
      return Math.max(0, Math.min(right.maxPerRun - (used.get(tool) ?? 0), budget));
    },
  };
}

/** Whether asking again within this run is of no use: the server is not there, or the mandate says no. */
export function isFinal(error: unknown): boolean {
  return error instanceof ToolError && ['denied', 'open', 'start', 'auth', 'pin-mismatch'].includes(error.kind);
}

/** Does the work for each, so many at a time, in their order; ends early, with what is done, once `stop` says so. */
export async function forEachOf<Item>(
  items: readonly Item[],
  { atATime, stop }: { readonly atATime: number; readonly stop: () => boolean },
  work: (item: Item) => Promise<void>,
): Promise<number> {
  const waiting = items.values();
  let done = 0;
  const takeNext = async (): Promise<void> => {
    for (;;) {
      if (stop()) return;
      const next = waiting.next();
      if (next.done === true) return;
      await work(next.value);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atATime }, takeNext));
  return done;
}
