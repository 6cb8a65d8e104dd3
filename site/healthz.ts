import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { freshnessOf } from '#lib/clock.ts';
import { codeOf, messageOf } from '#lib/errors.ts';

/** What `/healthz` answers: whether the watcher itself is alive, and what it saw. */
export interface HealthAnswer {
  /** Of the machine when the snapshot is fresh; else why nothing is known. */
  readonly state: 'up' | 'degraded' | 'down' | 'unknown' | 'stale';
  readonly ageMs: number | null;
  readonly seq: number | null;
  readonly reason: string;
  readonly fresh: boolean;
}

/** As much of a snapshot as the answer needs. */
const Answered = z.object({
  generatedAt: z.number(),
  staleAfter: z.number(),
  seq: z.number(),
  overall: z.object({ state: z.enum(['up', 'degraded', 'down', 'unknown']), headline: z.string() }),
});

/** Reads the snapshot and judges its age; never throws, for that it cannot be read is the answer. */
export async function healthOf(path: string, now: number): Promise<HealthAnswer> {
  try {
    const snapshot = Answered.parse(JSON.parse(await readFile(path, 'utf8')));
    const { generatedAt, seq, overall } = snapshot;
    const known = { ageMs: now - generatedAt, seq };
    const freshness = freshnessOf(snapshot, now);
    if (freshness === 'future') {
      return { ...known, state: 'unknown', reason: 'the snapshot is dated in the future', fresh: false };
    }
    if (freshness === 'stale') return { ...known, state: 'stale', reason: 'the heartbeat has stopped', fresh: false };
    return { ...known, state: overall.state, reason: overall.headline, fresh: true };
  } catch (error) {
    const none = codeOf(error) === 'ENOENT';
    const reason = none ? 'the heartbeat has not looked yet' : `the snapshot cannot be read: ${messageOf(error)}`;
    return { state: 'unknown', ageMs: null, seq: null, reason, fresh: false };
  }
}
