import type { DatabaseSync } from 'node:sqlite';
import type { CheckView, State } from '../snapshot.ts';
import { flipTimesIn, type FlipTimes } from './flip-times.ts';
import { pastSpansIn } from './past-spans.ts';
import { dayMs, runLengths, timeIn, timeInAll, uptimeIn, window90, worstIn } from './timeline.ts';

/** What a snapshot tells of the last 90 days of a check. */
export type Last90 = Pick<CheckView, 'days90' | 'uptime90'>;

/** Of a check of which nothing is known. */
export const noHistory: Last90 = { days90: [{ state: 'new', days: 90 }], uptime90: null };

/** The days before today; they change only with a flip that reaches back to them. */
interface Closed {
  readonly today: number;
  /** The last flip of all checks that is known to change nothing of them. */
  readonly flip: number;
  /** The flip in force as today began. */
  readonly inForce: number;
  readonly worst: readonly State[];
  readonly times: ReadonlyMap<State, number>;
}

/** Each beat asks it of each check: all but today is read once a day. */
export function last90In(db: DatabaseSync): (check: string, now: number) => Last90 {
  const number = db.prepare('SELECT id FROM watched WHERE name = ?');
  const [spans, flips] = [pastSpansIn(db), flipTimesIn(db)];
  const kept = new Map<number, Closed>();

  function closedDays(watched: number, now: number): Closed {
    const flip = flips.last();
    const today = Math.floor(now / dayMs) * dayMs;
    const before = kept.get(watched);
    if (before !== undefined && isStill(before, { today, reach: reachOf(flips, watched, before) })) {
      return { ...before, flip };
    }
    const days = spans.times(watched, { from: window90(now).from, to: today }, 'day').map(({ times }) => times);
    const inForce = flips.inForce(watched, today);
    return { today, flip, inForce, worst: days.map(worstIn), times: timeInAll(days) };
  }

  return (check, now) => {
    const watched = Number(number.get(check)?.['id'] ?? 0);
    const closed = closedDays(watched, now);
    kept.set(watched, closed);
    const times = timeIn(flips.stretches(watched, { from: closed.today, to: now }, closed.inForce));
    return {
      days90: runLengths([...closed.worst, worstIn(times)]),
      uptime90: uptimeIn(timeInAll([closed.times, times])),
    };
  };
}

function reachOf(flips: FlipTimes, watched: number, { flip }: Closed): number {
  return flips.reachBack(watched, flip) ?? Number.POSITIVE_INFINITY;
}

function isStill(closed: Closed, { today, reach }: { today: number; reach: number }): boolean {
  return closed.today === today && reach > today;
}
