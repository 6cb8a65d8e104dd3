import type { Clock } from '#lib/clock.ts';
import type { Log } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import type { Check, Probes } from './check.ts';
import type { Memory } from './state/memory.ts';
import type { ReportLine, Snapshot } from './snapshot.ts';
import type { Heart, HealthStore } from './store/store.ts';

/** A report of a business unit, as whoever keeps them tells of it; `fault` says why its file cannot be read. */
export type ReportEntry = Omit<ReportLine, 'broken'> & { readonly fault: string | null };

/** What a heartbeat needs. */
export interface HealthOptions {
  readonly store: HealthStore;
  /** In the order of the page. */
  readonly checks: readonly Check[];
  readonly probes: Probes;
  readonly clock: Clock;
  readonly log: Log;
  readonly paths: Pick<DataPaths, 'snapshot'>;
  /** The owner's, for the times that are shown. */
  readonly timezone: string;
  readonly version: string;
  /** The newest reports of the business units, newest first; what is not asked for counts as not known. */
  readonly reports?: () => Promise<readonly ReportEntry[]>;
  /** Stand in no reason. */
  readonly secrets?: readonly string[];
}

/** What is known between two beats. */
export interface Known {
  readonly memories: ReadonlyMap<string, Memory>;
  readonly heart: Heart;
}

/** A heartbeat at work. */
export interface Monitor extends HealthOptions {
  /** The checks, ancestors first. */
  readonly ordered: readonly Check[];
  readonly host: Snapshot['host'];
  known: Known;
}

/** From one heartbeat to the next. */
export const tickMs = 60_000;

/** A snapshot this old may not be called current any more: the next one is half a tick overdue. */
export const staleMs = 1.5 * tickMs;

/** Without a heartbeat for this long the monitor counts as having been off. */
export const goneMs = 2.5 * tickMs;

/** Reads again what is known, after another process (a job run by hand beside the worker) wrote. */
export function refresh(monitor: Monitor): Known {
  const { store, known } = monitor;
  if (store.changedElsewhere()) {
    const heart = store.heart();
    monitor.known = { memories: store.memories(), heart: { ...heart, seq: Math.max(heart.seq, known.heart.seq) } };
  }
  return monitor.known;
}

/** The last sign of life before the monitor was off; null: it was on. */
export function offSince({ beatAt }: Heart, now: number): number | null {
  return beatAt !== null && now - beatAt > goneMs ? beatAt : null;
}
