import type { Clock } from '#lib/clock.ts';

/** More runs than these at a time are no use of Omega's: the one that was quiet longest is forgotten. */
const mostRuns = 500;

/** Counts calls by run, in memory that is bounded. */
export interface RunCounts {
  /** What the run has used, and how long it has gone on; nothing yet for one that is new. */
  readonly of: (
    unit: string,
    run: string,
  ) => { readonly calls: number; readonly elapsedMs: number; toolCalls(tool: string): number };
  readonly count: (unit: string, run: string, tool: string) => void;
}

export function countRuns(clock: Pick<Clock, 'monotonic'>): RunCounts {
  const runs = new Map<string, { startedAt: number; calls: number; byTool: Map<string, number> }>();
  return {
    of: (unit, run) => {
      const use = runs.get(keyOf(unit, run));
      return {
        calls: use?.calls ?? 0,
        elapsedMs: use === undefined ? 0 : clock.monotonic() - use.startedAt,
        toolCalls: (tool) => use?.byTool.get(tool) ?? 0,
      };
    },
    count: (unit, run, tool) => {
      const key = keyOf(unit, run);
      const use = runs.get(key) ?? { startedAt: clock.monotonic(), calls: 0, byTool: new Map<string, number>() };
      use.calls += 1;
      use.byTool.set(tool, (use.byTool.get(tool) ?? 0) + 1);
      // Put at the end again: the first of the map is the one that was quiet longest.
      runs.delete(key);
      runs.set(key, use);
      const [oldest] = runs.keys();
      if (runs.size > mostRuns && oldest !== undefined) runs.delete(oldest);
    },
  };
}

function keyOf(unit: string, run: string): string {
  return JSON.stringify([unit, run]);
}
