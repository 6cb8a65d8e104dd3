import type { Snapshot, State } from './snapshot.ts';

/** The heartbeat's organ, as jobs use it. */
export interface Health {
  /**
   * Runs every check that is due, or each of them where the owner asks by hand; keeps what they found, decides their
   * states and writes the snapshot.
   * With `news` the snapshot is written in any case.
   */
  readonly beat: (signal: AbortSignal, which?: 'due' | 'news' | 'all') => Promise<Beat>;
  /** Deletes observations and runs that are older than they are kept; resolves to how many rows went. */
  readonly prune: () => number;
}

/** What one heartbeat did. */
export interface Beat {
  readonly seq: number;
  readonly checked: number;
  readonly flips: readonly Flip[];
  /** When the earliest next look is due, rechecks included; milliseconds since the epoch. */
  readonly nextDueAt: number;
  readonly headline: string;
  readonly state: Snapshot['overall']['state'];
  /** Whether the snapshot was written: at each flip, and from time to time. */
  readonly published: boolean;
  /** Whether something is to be told to the owner now. */
  readonly alertsDue: boolean;
}

/** A check that changed its state. */
export interface Flip {
  readonly check: string;
  readonly from: State;
  readonly to: State;
  /** The first observation of the new state; milliseconds since the epoch. */
  readonly at: number;
  readonly reason: string;
}
