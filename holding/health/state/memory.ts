import { z } from 'zod';
import type { Say } from '#lib/language.ts';
import { states } from '../snapshot.ts';

/** Looks in a row that agree: how many, and when the first of them was. */
const Row = z.object({ count: z.int().positive(), from: z.number() }).nullable();
export type Row = z.infer<typeof Row>;

/** What is remembered of a check from one look to the next, restarts of the monitor included. */
export const Memory = z.object({
  state: z.enum(states),
  since: z.number(),
  reason: z.string(),
  /** The state as far as it was last known; survives unknown, blocked and flapping time. */
  lastKnown: z.enum(['up', 'degraded', 'late', 'down']).nullable(),
  /** The latest looks in a row that were ok; ok or warn; warn, late or fail; late; fail; unknown. */
  rows: z.object({ ok: Row, fair: Row, poor: Row, late: Row.default(null), fail: Row, unknown: Row }),
  /** The last look said something else than the state: it is looked at again soon. */
  doubt: z.boolean(),
  /** Looks out of turn since the doubt began. */
  rechecks: z.int(),
  /** When it last changed from one known state to another: at most as many as make it flap. */
  changes: z.array(z.number()),
  flapping: z.boolean(),
  /** Id of the check that is the cause. */
  blockedBy: z.string().nullable(),
  /** What the owner holds it back by, and until when; null: nothing, or until it is resumed. */
  held: z
    .object({ kind: z.enum(['paused', 'maintenance']), until: z.number().nullable() })
    .nullable()
    .default(null), // What was remembered before there were any.
  lastSeen: z.number().nullable(),
  nextAt: z.number(),
  latencyMs: z.number().nullable(),
  latencies: z.array(z.number()),
  todo: z.object({ what: z.string(), command: z.string(), minutes: z.number() }).nullable(),
});
export type Memory = z.infer<typeof Memory>;

/** No look counts any more. */
export const noRows: Memory['rows'] = { ok: null, fair: null, poor: null, late: null, fail: null, unknown: null };

/** Of a check that nobody has looked at yet. */
export function newMemory(now: number, say: Say): Memory {
  return {
    state: 'new',
    since: now,
    reason: say({ en: 'Not looked at yet', nl: 'Nog niet bekeken' }),
    lastKnown: null,
    rows: noRows,
    doubt: true,
    rechecks: 0,
    changes: [],
    flapping: false,
    blockedBy: null,
    held: null,
    lastSeen: null,
    nextAt: now,
    latencyMs: null,
    latencies: [],
    todo: null,
  };
}
