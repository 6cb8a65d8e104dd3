import { freshnessOf } from '#lib/clock.ts';
import { Snapshot } from '../../health/snapshot.ts';
import { making, type Making, type Past } from '../../health/views/page.ts';
import type { Writing } from './writing.ts';

/** What letters about how things stand are made of. */
export interface Standing {
  /** Of the last look; where there is none, of nothing. */
  readonly made: Making;
  /** Only a fresh look tells of the present; `none`: there is no look at all. */
  readonly look: ReturnType<typeof freshnessOf> | 'none';
  /** Null: the records of the past cannot be read. */
  readonly past: Past | null;
}

export interface StandingSources {
  readonly snapshot: () => Promise<Snapshot | null>;
  readonly store: Past;
  readonly writing: Writing;
}

/** Reads both; what cannot be read is told as such, and never as well. */
export async function standingAt(now: number, { snapshot, store, writing }: StandingSources): Promise<Standing> {
  const { language, timezone } = writing;
  const found = await snapshot().catch(() => null); // One that cannot be read tells as little as none.
  const past = isReadable(store) ? store : null;
  const { host, ...others } = found ?? nothingKnown(now);
  const told = { ...others, language, host: { ...host, timezone } };
  return {
    made: making(told, { past, reports: null, unitJobs: {} }, now),
    look: found === null ? 'none' : freshnessOf(found, now),
    past,
  };
}

function isReadable({ history, runs }: Past): boolean {
  try {
    history.checks();
    runs.lastRuns();
    return true;
  } catch {
    return false; // Whoever reads the letter is told so in it.
  }
}

/** What is not said here counts as not known. */
function nothingKnown(now: number): Snapshot {
  return Snapshot.parse({
    version: 1,
    generatedAt: 0,
    staleAfter: 0,
    seq: 1,
    overall: { state: 'unknown', headline: '', since: now },
    checks: [],
    incidents: [],
    attention: [],
    jobs: null,
    queues: null,
    host: { name: '', version: '', timezone: 'UTC', bootedAt: 0, startedAt: 0 },
  });
}
