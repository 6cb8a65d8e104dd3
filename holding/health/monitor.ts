import type { Clock } from '#lib/clock.ts';
import type { QuietHours } from '#lib/env-variables.ts';
import type { Language, Say } from '#lib/language.ts';
import type { Log } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import type { Check, Probes, Told } from './check.ts';
import type { CheckList } from './check-list.ts';
import type { Flip } from './health.ts';
import type { Memory } from './state/memory.ts';
import type { ReportLine, Snapshot } from './snapshot.ts';
import type { Span } from './store/history.ts';
import type { Heart, HealthStore } from './store/store.ts';

/** A report of a business unit, as whoever keeps them tells of it; `fault` says why its file cannot be read. */
export type ReportEntry = Omit<ReportLine, 'broken'> & { readonly fault: string | null };

/** What a heartbeat needs. */
export interface HealthOptions {
  readonly store: HealthStore;
  /**
   * In the order of the page. Asked at each beat, for the owner's own can change while it runs; the same array as long
   * as they have not.
   */
  readonly checks: () => readonly Check[];
  readonly probes: Probes;
  readonly clock: Clock;
  readonly log: Log;
  readonly paths: Pick<DataPaths, 'snapshot'>;
  /** The owner's, for the times that are shown. */
  readonly timezone: string;
  readonly language: Language;
  /** Only what is urgent makes a noise in them; undefined: none. */
  readonly quietHours?: QuietHours | undefined;
  readonly version: string;
  /** The address on the local network at which the page can be read; undefined: only on this machine and in the tailnet. */
  readonly network?: string | undefined;
  /** The newest reports of the business units, newest first; what is not asked for counts as not known. */
  readonly reports?: () => Promise<readonly ReportEntry[]>;
  /** The jobs that work for each unit, by its id; what these did last is told. */
  readonly unitJobs?: Readonly<Record<string, readonly string[]>>;
  /** Stand in no reason. */
  readonly secrets?: readonly string[];
}

/** What is known between two beats; `saved` is the number of the last beat that the store held then. */
export interface Known {
  readonly saved: number;
  readonly memories: ReadonlyMap<string, Memory>;
  /** As the store holds them: these same, but for what could not be written down. */
  readonly stored: ReadonlyMap<string, Memory>;
  readonly unwritten: Unwritten;
  readonly heart: Heart;
}

/** What was decided and could not be written down yet. */
export interface Unwritten {
  /** Oldest first. */
  readonly flips: readonly Flip[];
  /** The last one. */
  readonly gap: Span | null;
}

/** All of it is written down. */
export const nothingUnwritten: Unwritten = { flips: [], gap: null };

/** A look that goes on. */
export interface Looking {
  readonly stop: AbortController;
  /** Resolves when its finding has arrived, or never will. */
  readonly done: Promise<void>;
}

/** A heartbeat at work. */
export interface Monitor extends HealthOptions {
  readonly say: Say;
  readonly list: CheckList;
  readonly host: Snapshot['host'];
  known: Known;
  /** Looks that go on, across rounds. */
  readonly looking: Map<string, Looking>;
  /** Looks that came to an end and that no round has taken up yet. */
  readonly arrived: Map<string, Told>;
  /** When the snapshot was last written, by this process; null: not yet. */
  publishedAt: number | null;
}

/** How long a question about the whole may take. */
export const askTimeoutMs = 5000;

/** From one heartbeat to the next. */
export const tickMs = 60_000;

/** A snapshot this old may not be called current any more: the next one is half a tick overdue. */
export const staleMs = 1.5 * tickMs;

/** Without a heartbeat for this long the monitor counts as having been off. */
export const goneMs = 2.5 * tickMs;

/** Reads what is known from the store. */
export function readKnown(store: HealthStore): Known {
  const heart = store.heart();
  const memories = store.memories();
  return { memories, stored: memories, unwritten: nothingUnwritten, heart, saved: heart.seq };
}

/** Reads again what is known, after the heartbeat of another process (a job run by hand beside the worker). */
export function refresh(monitor: Monitor): Known {
  const { store, known } = monitor;
  if (store.changedElsewhere() && store.heart().seq !== known.saved) {
    const read = readKnown(store);
    monitor.known = { ...read, heart: { ...read.heart, seq: Math.max(read.heart.seq, known.heart.seq) } };
  }
  return monitor.known;
}

/** The last sign of life before the monitor was off; null: it was on. */
export function offSince({ beatAt }: Heart, now: number): number | null {
  return beatAt !== null && now - beatAt > goneMs ? beatAt : null;
}
