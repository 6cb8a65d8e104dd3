import type { Clock } from '#lib/clock.ts';
import { catchUpForReading, type Books } from './books.ts';
import type { Follower } from './vectors/follow.ts';
import type { MemoryStats } from './memory.ts';
import type { Status } from './record.ts';
import type { Shelf } from './shelf/shelf.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Counts; nothing outside is asked. */
export function statsOf(
  books: Books,
  { follower, clock }: { readonly follower: Pick<Follower, 'state'>; readonly clock: Clock },
): MemoryStats {
  catchUpForReading(books);
  const { shelf, journal } = books;
  const now = clock.now();
  const counts = shelf.counts();
  const ofStatus = (wanted: Status): number =>
    counts.reduce((sum, { status, records }) => sum + (status === wanted ? records : 0), 0);
  return {
    counts: counts
      .filter(({ status }) => status === 'active')
      .map(({ unit, kind, records }) => ({ unit, kind, records })),
    byStatus: {
      active: ofStatus('active'),
      quarantined: ofStatus('quarantined'),
      superseded: ofStatus('superseded'),
      aged: ofStatus('aged'),
    },
    forgotten: shelf.forgotten(),
    growth: { week: shelf.createdSince(now - 7 * dayMs), month: shelf.createdSince(now - 30 * dayMs) },
    lastWriteAt: shelf.lastWriteAt(),
    lastRecall: shelf.lastRecall(),
    journal: journal.head(),
    index: follower.state(),
  };
}

/** All records there are. */
export function sizeOf(shelf: Pick<Shelf, 'counts'>): number {
  return shelf.counts().reduce((sum, { records }) => sum + records, 0);
}
