import type { Push } from '../check.ts';

/** A run that told its start and not its end. */
export interface OpenRun {
  readonly at: number;
  /** When it is over its longest time; infinite where it has none. */
  readonly deadline: number;
  readonly run: string | null;
}

/** What the calls of one check come to. */
export interface PushHistory {
  /** The last one, with how long its run took where it told its start; null: never. */
  readonly success: { readonly at: number; readonly durationMs: number | null } | null;
  /** Failures since the last success, oldest first. */
  readonly fails: readonly Push[];
  /** Runs that go on and may. */
  readonly open: readonly OpenRun[];
  /** Runs over their longest time, without a success since then: what hung before that is history. */
  readonly hung: readonly OpenRun[];
}

/** Reads calls in the order in which they came. One that is dated in the future, by a clock that was set back, counts as of now. */
export function historyOf(calls: readonly Push[], now: number, maxRunMs: number): PushHistory {
  let going: OpenRun[] = [];
  let fails: Push[] = [];
  let success: PushHistory['success'] = null;
  for (const call of calls) {
    const at = Math.min(call.at, now);
    if (call.kind === 'log') continue;
    if (call.kind === 'start') {
      going.push({ at, deadline: at + maxRunMs, run: call.run });
      continue;
    }
    const began = going.findLast(({ run }) => run === call.run)?.at;
    going = going.filter(({ run }) => run !== call.run);
    if (call.kind === 'fail') {
      fails.push({ ...call, at });
      continue;
    }
    success = { at, durationMs: began === undefined ? null : at - began };
    fails = [];
  }
  const succeededAt = success?.at ?? -Infinity;
  return {
    success,
    fails,
    open: going.filter(({ deadline }) => now < deadline),
    hung: going.filter(({ deadline }) => now >= deadline && deadline > succeededAt),
  };
}
