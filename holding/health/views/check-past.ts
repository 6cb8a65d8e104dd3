import type { Flip } from '../health.ts';
import type { State } from '../snapshot.ts';
import type { History, Span } from '../store/history.ts';
import type { Hold } from '../store/holds.ts';
import { dayMs } from '../store/timeline.ts';
import { rowOfIncident, type PastIncident } from './incidents-page.ts';
import type { Making } from './page.ts';
import { spansOf, yearMs, type SpanView } from './span-view.ts';
import { sentence, stateWords, type Moment } from './wording.ts';

/** What is kept of one check. */
export interface CheckPast {
  /** What the owner holds back by hand now or soon. */
  readonly holds: readonly HoldRow[];
  /** The shortest first; longer ones only where they tell more. */
  readonly spans: readonly SpanView[];
  /** The first look that is still remembered; null: it was never looked at. */
  readonly began: Moment | null;
  /** In the last 30 days no heartbeat came for so long, in so many gaps. */
  readonly off: { readonly gaps: number; readonly ms: number };
  /** The newest first. */
  readonly flips: readonly FlipRow[];
  /** How many older ones there are within the year. */
  readonly olderFlips: number;
  readonly incidents: readonly PastIncident[];
}

export interface HoldRow {
  readonly kind: Hold['kind'];
  readonly from: Moment;
  /** Null: until it is resumed. */
  readonly until: Moment | null;
  readonly why: string;
  /** It is of every check. */
  readonly all: boolean;
}

export interface FlipRow {
  readonly state: State;
  readonly stateWord: string;
  readonly at: Moment;
  /** How long it lasted; null: it goes on. */
  readonly ms: number | null;
  readonly reason: string;
}

const shownFlips = 40;
const shownIncidents = 10;

/** The past of one check; null where the records cannot be read. */
export function pastOf(made: Making, check: string): CheckPast | null {
  const { sources, now, moment } = made;
  if (sources.past === null) return null;
  const { history, holds } = sources.past;
  const flips = history.flips(check, now - yearMs);
  const rows = flipRows(made, flips);
  const [first] = flips;
  return {
    holds: holds
      .from(now)
      .flatMap((hold) => (hold.check === null || hold.check === check ? [holdRow(made, hold)] : [])),
    spans: spansOf(check, { flips, history, made }),
    began: first === undefined ? null : moment(first.at),
    off: offTime(history, now),
    flips: rows.slice(0, shownFlips),
    olderFlips: Math.max(0, rows.length - shownFlips),
    incidents: history
      .incidents({ since: now - yearMs, check, limit: shownIncidents })
      .map((incident) => rowOfIncident(made, incident)),
  };
}

function offTime(history: History, now: number): CheckPast['off'] {
  const from = now - 30 * dayMs;
  const gaps = history.gaps(from).filter(({ to }) => to > from);
  const within = (gap: Span): number => Math.min(gap.to, now) - Math.max(gap.from, from);
  return { gaps: gaps.length, ms: gaps.reduce((sum, gap) => sum + Math.max(0, within(gap)), 0) };
}

function holdRow({ moment }: Making, { check, kind, from, until, why }: Hold): HoldRow {
  return { kind, from: moment(from), until: until === null ? null : moment(until), why, all: check === null };
}

/** After a clock was set back one may seem to end before it began: it is given no time then. */
function flipRows({ moment, say }: Making, flips: readonly Flip[]): FlipRow[] {
  return flips
    .map(({ to, at, reason }, index) => {
      const end = flips[index + 1]?.at ?? null;
      const ms = end === null ? null : Math.max(0, end - at);
      return { state: to, stateWord: say(stateWords[to]), at: moment(at), ms, reason: sentence(reason) };
    })
    .toReversed();
}
