import type { Check, Finding } from '../check.ts';
import type { Memory, Row } from './memory.ts';

/** One look at a check and when it was. */
export interface Look {
  readonly at: number;
  readonly finding: Finding;
}

/** What of a check decides its states. */
export type Rule = Pick<Check, 'id' | 'everyMs' | 'failAfter' | 'recoverAfter'>;

/** A state that there is enough evidence for, and the first look that showed it. */
export interface Verdict {
  readonly state: 'up' | 'degraded' | 'down' | 'unknown' | 'off';
  readonly from: number;
}

const keptLatencies = 30;

/** The state that a look by itself stands for. */
export const stateOf = { ok: 'up', warn: 'degraded', fail: 'down', unknown: 'unknown', off: 'off' } as const;

/** Adds a look to what is remembered, before anything is decided. A clock that was set back pulls times back with it. */
export function remember(before: Memory, { at, finding }: Look): Memory {
  const { status, latencyMs, todo } = finding;
  const { rows } = before;
  return {
    ...before,
    since: Math.min(before.since, at),
    rows: {
      ok: extend(rows.ok, status === 'ok', at),
      fair: extend(rows.fair, status === 'ok' || status === 'warn', at),
      poor: extend(rows.poor, status === 'warn' || status === 'fail', at),
      fail: extend(rows.fail, status === 'fail', at),
      unknown: extend(rows.unknown, status === 'unknown', at),
    },
    lastSeen: at,
    latencyMs: latencyMs ?? null,
    latencies: latencyMs === undefined ? before.latencies : [...before.latencies, latencyMs].slice(-keptLatencies),
    todo: todo ?? null,
  };
}

function extend(row: Row, matches: boolean, at: number): Row {
  if (!matches) return null;
  return row === null ? { count: 1, from: at } : { count: row.count + 1, from: Math.min(row.from, at) };
}

/**
 * Weighs the looks in a row; null: not enough for any state. The unknown needs one look, since claiming anything
 * else would be a guess; so does the way back to what was known before it. Whether a thing is set up is read, not
 * measured: into that state and out of it one look is enough.
 */
export function weigh({ state, rows, lastKnown }: Memory, { at, finding }: Look, rule: Rule): Verdict | null {
  const { failAfter = 2, recoverAfter = 2 } = rule;
  if (finding.status === 'off' || state === 'off') return { state: stateOf[finding.status], from: at };
  const wasDown = lastKnown === 'down';
  const wasWell = lastKnown === null || lastKnown === 'up';

  if (rows.unknown !== null) return { state: 'unknown', from: rows.unknown.from };
  if (enough(rows.fail, finding.explicit === true || wasDown ? 1 : failAfter)) return verdict('down', rows.fail);
  if (enough(rows.ok, wasWell ? 1 : recoverAfter)) return verdict('up', rows.ok);
  if (wasDown) return enough(rows.fair, recoverAfter) ? verdict('degraded', rows.fair) : null;
  return enough(rows.poor, lastKnown === 'degraded' ? 1 : failAfter) ? verdict('degraded', rows.poor) : null;
}

function enough(row: Row, count: number): row is NonNullable<Row> {
  return row !== null && row.count >= count;
}

function verdict(state: Verdict['state'], row: NonNullable<Row>): Verdict {
  return { state, from: row.from };
}
