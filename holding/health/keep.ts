import { messageOf } from '#lib/errors.ts';
import type { Check } from './check.ts';
import { decide, type Decision } from './state/decide.ts';
import type { Memory } from './state/memory.ts';
import { offSince, refresh, type Known, type Monitor } from './monitor.ts';
import { overallOf, type Watched } from './overall.ts';
import type { Seen } from './round.ts';
import type { Snapshot } from './snapshot.ts';

/** What was decided of a round. */
export interface Outcome extends Decision, Known {
  readonly overall: Snapshot['overall'];
  /** Why it could not be written down; null: it was. */
  readonly fault: string | null;
}

/** Decides and writes down in one step; where that cannot be written, it is decided all the same. */
export function keep(monitor: Monitor, seen: Seen): Outcome {
  const { store, log } = monitor;
  try {
    return store.transaction(() => {
      const known = refresh(monitor);
      const outcome = conclude(monitor.ordered, known, seen);
      const changed = [...outcome.memories].filter(([id, memory]) => known.memories.get(id) !== memory);
      store.save({ heart: outcome.heart, looks: seen.looks, memories: new Map(changed), flips: outcome.flips });
      return outcome;
    });
  } catch (error) {
    log.error('The heartbeat could not be written down', { error });
    const outcome = conclude(monitor.ordered, monitor.known, seen);
    return { ...outcome, fault: `The last heartbeat could not be written down: ${messageOf(error)}` };
  }
}

/** Each of these checks with its memory, in their order. */
export function watchedAmong(checks: readonly Check[], memories: ReadonlyMap<string, Memory>): Watched[] {
  return checks.flatMap((check) => {
    const memory = memories.get(check.id);
    return memory === undefined ? [] : [{ check, memory }];
  });
}

function conclude(checks: readonly Check[], { memories, heart }: Known, { now, looks }: Seen): Outcome {
  const decision = decide({ checks, memories, looks, now, offSince: offSince(heart, now) });
  const { state, headline } = overallOf(watchedAmong(checks, decision.memories));
  const goesOn = heart.beatAt !== null && state === heart.state;
  const since = goesOn ? Math.min(heart.since, now) : Math.max(...decision.flips.map(({ at }) => at), -Infinity);
  const overall = { state, headline, since: Number.isFinite(since) ? since : now };
  return {
    ...decision,
    heart: { seq: heart.seq + 1, beatAt: now, state, since: overall.since },
    overall,
    fault: null,
  };
}
