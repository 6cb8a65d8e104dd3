import type { Check, Told } from '../check.ts';
import type { Memory, Row } from './memory.ts';

/** One look at a check and when it was. */
export interface Look {
  readonly at: number;
  readonly finding: Told;
}

/** What of a check decides its states. */
export type Rule = Pick<Check, 'id' | 'everyMs' | 'failAfter' | 'recoverAfter'>;

/** A state that there is enough evidence for, and the first look that showed it. */
export interface Verdict {
  readonly state: 'up' | 'degraded' | 'late' | 'down' | 'unknown' | 'off';
  readonly from: number;
}

const keptLatencies = 30;

/** The state that a look by itself stands for. */
export const stateOf = {
  ok: 'up',
  warn: 'degraded',
  late: 'late',
  fail: 'down',
  unknown: 'unknown',
  off: 'off',
} as const;

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
      poor: extend(rows.poor, status === 'warn' || status === 'late' || status === 'fail', at),
      late: extend(rows.late, status === 'late', at),
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
 * else would be a guess; so does the way back to what was known before it. Whether a thing is set up, and whether it
 * is late or past a deadline, is read and not measured: one look is enough.
 */
export function weigh({ state, rows, lastKnown }: Memory, { at, finding }: Look, rule: Rule): Verdict | null {
  const { failAfter = 2, recoverAfter = 2 } = rule;
  if (finding.status === 'off' || state === 'off') return { state: stateOf[finding.status], from: at };
  if (finding.since !== undefined || finding.status === 'late') {
    // What nobody watched is not called well afterwards.
    const isWell = finding.status === 'ok' || finding.status === 'warn';
    return { state: stateOf[finding.status], from: isWell && state === 'unknown' ? at : (finding.since ?? at) };
  }
  const wasDown = lastKnown === 'down';
  const wasWell = lastKnown === null || lastKnown === 'up' || lastKnown === 'late';
  const isSure = finding.explicit === true || wasDown || lastKnown === 'late';

  if (rows.unknown !== null) return { state: 'unknown', from: rows.unknown.from };
  if (enough(rows.fail, isSure ? 1 : failAfter)) return verdict('down', rows.fail);
  if (enough(rows.ok, wasWell ? 1 : recoverAfter)) return verdict('up', rows.ok);
  if (wasDown) return enough(rows.fair, recoverAfter) ? verdict('degraded', rows.fair) : null;
  return enough(rows.poor, lastKnown === 'degraded' ? 1 : failAfter) ? verdict('degraded', rows.poor) : null;
}

/** Since when each look has said that it fails or is late; null: the last one did not. */
export function badSince({ rows }: Memory): number | null {
  return (rows.fail ?? rows.late)?.from ?? null;
}

function enough(row: Row, count: number): row is NonNullable<Row> {
  return row !== null && row.count >= count;
}

function verdict(state: Verdict['state'], row: NonNullable<Row>): Verdict {
  return { state, from: row.from };
}
