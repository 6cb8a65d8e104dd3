import { sayIn, type Say } from '#lib/language.ts';
import type { Parcel } from '../../report/outbox.ts';
import type { ReportEntry } from '../monitor.ts';
import type { Snapshot } from '../snapshot.ts';
import type { History } from '../store/history.ts';
import type { Holds } from '../store/holds.ts';
import type { RunHistory } from '../store/run-history.ts';
import type { PageFrame } from '../views.ts';
import { frameOf } from './frame.ts';
import { momentsIn, type MomentOf } from './wording.ts';

/** The records that pages are made from; what is not asked for is not opened. */
export interface PageSources {
  /** Null: they cannot be read, which each page says. */
  readonly past: Past | null;
  /** All of them, the newest first; null: could not be read. */
  readonly reports: readonly ReportEntry[] | null;
  /** What was sealed and sent, asked for when it is drawn; left out or null: it could not be read. */
  readonly sealed?: () => SealedSource | null;
  /** The jobs that work for each unit, by its id. */
  readonly unitJobs: Readonly<Record<string, readonly string[]>>;
}

/** The ledger of sealed reports, and what the reader that opens them is known by. */
export interface SealedSource {
  readonly parcels: readonly Parcel[];
  /** SHA-256 of the reader as one file, hex; null: it was not built. */
  readonly readerSha256: string | null;
}

export interface Past {
  readonly history: History;
  readonly runs: RunHistory;
  readonly holds: Pick<Holds, 'from'>;
}

/** What any page of the past is made with. */
export interface Making {
  readonly snapshot: Snapshot;
  readonly sources: PageSources;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly moment: MomentOf;
  readonly say: Say;
}

/** Where the page of a check or a unit lies; null where its id can be no part of an address as it stands. */
export function pathOf(kind: 'checks' | 'units', id: string): string | null {
  return /^[a-z0-9][a-z0-9-]*$/.test(id) ? `/${kind}/${id}/` : null;
}

/** So often pages other than the index are drawn even where nothing of theirs has changed. */
export const redrawnEveryMs = 15 * 60_000;

/** What all pages of one drawing share. */
export function making(snapshot: Snapshot, sources: PageSources, now: number): Making {
  return {
    snapshot,
    sources,
    now,
    moment: momentsIn(snapshot.host.timezone, snapshot.language),
    say: sayIn(snapshot.language),
  };
}

/**
 * The frame of a page that is drawn less often than the index, and so is called stale later; at once where it is drawn
 * of a look that is stale itself.
 */
export function frameOfPast({ snapshot, now, moment }: Making, title: string): PageFrame {
  const frame = frameOf(snapshot, now, moment);
  return {
    ...frame,
    title: `${title} · Omega`,
    staleAfter: frame.stale ? frame.staleAfter : moment(snapshot.staleAfter + redrawnEveryMs),
  };
}
