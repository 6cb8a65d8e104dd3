import { existsSync } from 'node:fs';
import { openChain } from '#lib/chain.ts';
import { auditStream, AuditRecord } from '#mcp/audit.ts';

/** What the last run of a unit that called a tool has used. */
export interface RunUse {
  readonly run: string;
  readonly calls: number;
  /** From the beginning of its first call to the end of its last one. */
  readonly elapsedMs: number;
}

/** So far back it looks at first: more than the largest budget of a run, and little enough to read. */
const mostRecords = 20_000;

interface Tally extends Pick<RunUse, 'run' | 'calls'> {
  readonly from: number;
  readonly to: number;
}

/**
 * Counts from the audit of tool calls, which outlives whoever made them; each time only what is new in it. Null: no run
 * of this unit called a tool, as far as it looks back. Refused calls count for nothing, as in the budget.
 */
export function createRunUses(ledgerDb: string): (unit: string) => RunUse | null {
  const tallies = new Map<string, Tally>();
  let seen = 0;
  return (unit) => {
    seen = readNew(ledgerDb, seen, tallies);
    const tally = tallies.get(unit);
    return tally === undefined ? null : { run: tally.run, calls: tally.calls, elapsedMs: tally.to - tally.from };
  };
}

/** Returns up to where it has read. */
function readNew(ledgerDb: string, seen: number, tallies: Map<string, Tally>): number {
  if (!existsSync(ledgerDb)) return 0;
  using chain = openChain(ledgerDb);
  const { seq } = chain.head(auditStream);
  if (seq === seen) return seen;
  if (seq < seen) tallies.clear(); // An older ledger was put back.
  let last = Math.max(seen < seq ? seen : 0, seq - mostRecords);
  for (const link of chain.after(auditStream, last)) {
    last = link.seq;
    const call = AuditRecord.safeParse(link.record);
    if (call.success) add(tallies, call.data);
  }
  return last;
}

/** A call is counted at its end; one that was cut off has none, and was about to be sent. */
function add(tallies: Map<string, Tally>, { unit, run, outcome, at, ms }: AuditRecord): void {
  if (outcome === 'begun' || outcome === 'denied') return;
  const before = tallies.get(unit);
  if (before?.run !== run) tallies.set(unit, { run, calls: 1, from: at - ms, to: at });
  else
    tallies.set(unit, {
      ...before,
      calls: before.calls + 1,
      from: Math.min(before.from, at - ms),
      to: Math.max(before.to, at),
    });
}
