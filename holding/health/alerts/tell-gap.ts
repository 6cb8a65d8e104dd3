import type { JobDeadline } from '../check.ts';
import type { Span } from '../store/history.ts';
import { alert, nameOf, nothing, type Situation, type Telling } from './situation.ts';
import { gapWords } from './words.ts';

const soonAgainMs = 10 * 60_000;

/** That the monitor itself was away: silent, for it is over. */
export function tellGap(gap: Span, situation: Situation): Telling {
  const { incidents, checks, clockwork, now, jobs } = situation;
  const lasted = gap.to - gap.from;
  const looks = [...checks.values()].reduce((sum, { everyMs }) => sum + Math.floor(lasted / everyMs), 0);
  const late = jobs?.filter((job) => isBehind(job, now)) ?? null;
  const down = incidents.filter(({ incident: { from, to } }) => from < gap.from && (to === null || to >= gap.from));
  const words = gapWords({
    stretch: clockwork.stretch(gap, now),
    lasted: clockwork.lasting(lasted),
    missedLooks: looks,
    jobs: late?.map(({ job }) => job) ?? null,
    wereDown: down.map(({ incident }) => nameOf(incident.check, situation)),
  });
  return { ...nothing, add: [alert('gap', { check: null, incident: null, sound: false }, { words, situation })] };
}

/** What comes every few minutes is not caught up: it just comes again. */
function isBehind({ nextDueAt, lastSuccessAt }: JobDeadline, now: number): boolean {
  return nextDueAt <= now && (lastSuccessAt === null || nextDueAt - lastSuccessAt >= soonAgainMs);
}
