import { defineCheck, type Check, type Push, type PushProbe } from '../check.ts';
import { judgePushes, type PushRule } from './push-judge.ts';

/** A thing of the owner's that tells of itself: what is expected of it, and how the check stands among the others. */
export interface PushCheckOptions extends PushRule, Omit<Check, 'everyMs' | 'timeoutMs' | 'run'> {}

/** Looks at records alone; what is due between two of these is looked at by its deadline. */
const everyMs = 60_000;

/** Calls this old decide nothing any more, but for the last of each kind. */
const lookBackMs = 2 * 86_400_000;

/** Without a longest run, the start of one that took this long is found yet. */
const durationsMs = 3_600_000;

/**
 * Watches what calls a push URL: late when no success came in time, down after the grace, at once when it told of a
 * failure, and when a run that it told the start of goes on for too long. What it never heard of is unknown.
 */
export function pushCheck({ nextOf, graceMs, maxRunMs, timezone, ...check }: PushCheckOptions): Check {
  const rule: PushRule = { nextOf, graceMs, timezone, ...(maxRunMs === undefined ? {} : { maxRunMs }) };
  return defineCheck({
    recoverAfter: 1, // A call is a fact: there is nothing to look at twice.
    ...check,
    everyMs,
    timeoutMs: 5000,
    hasNews: ({ pushes }, lastSeen, now) => pushes.heardBetween(check.id, lastSeen, now),
    run: async ({ probes, clock }) => {
      const now = clock.now();
      const finding = judgePushes(decisiveCalls(probes.pushes, check.id, { now, maxRunMs }), rule, now);
      return finding.status === 'unknown' && finding.nextAt === undefined
        ? { ...finding, todo: todo(check.id) }
        : finding;
    },
  });
}

/** Everything since the last success, and the starts of the runs that went on when it came. */
function decisiveCalls(
  pushes: PushProbe,
  id: string,
  { now, maxRunMs = 0 }: { readonly now: number; readonly maxRunMs: number | undefined },
): readonly Push[] {
  const success = pushes.of(id, now).findLast(({ kind }) => kind === 'success');
  return pushes.of(
    id,
    Math.max(Math.min(success?.at ?? 0, now) - Math.max(maxRunMs, durationsMs), now - lookBackMs - 2 * maxRunMs),
  );
}

/** The address itself is a secret: it is shown on a terminal, never on the page. */
function todo(id: string): { what: { en: string; nl: string }; command: string; minutes: number } {
  const what = { en: `Have ${id} call its URL`, nl: `Laat ${id} zijn adres aanroepen` };
  return { what, command: `npm run health -- url ${id}`, minutes: 3 };
}
