import { messageOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { writeAlerts, type Decided } from './alerts/write-alerts.ts';
import type { Check } from './check.ts';
import { decide, type Decision } from './state/decide.ts';
import type { Memory } from './state/memory.ts';
import { nothingUnwritten, offSince, refresh, type Known, type Monitor } from './monitor.ts';
import { overallOf, type Watched } from './overall.ts';
import type { Seen } from './round.ts';
import type { Snapshot } from './snapshot.ts';

/** What was decided of a round. */
export interface Outcome extends Decision, Known {
  readonly overall: Snapshot['overall'];
  /** Why it could not be written down; null: it was. */
  readonly fault: Words | null;
  /** Whether the owner is to be told something now. */
  readonly alertsDue: boolean;
}

/** So many flips wait for a store that can be written again; of more only the newest. */
const mostUnwritten = 10_000;

/**
 * Decides and writes down in one step, together with what could not be written down before; where that cannot be
 * written either, it is decided all the same.
 */
export function keep(monitor: Monitor, seen: Seen): Outcome {
  const { store, log } = monitor;
  try {
    return store.transaction(() => writeDown(monitor, seen, conclude(monitor, refresh(monitor), seen)));
  } catch (error) {
    log.error('The heartbeat could not be written down', { error });
    return { ...conclude(monitor, monitor.known, seen), fault: unwrittenWords(messageOf(error)) };
  }
}

function unwrittenWords(why: string): Words {
  return {
    en: `The last heartbeat could not be written down: ${why}`,
    nl: `De laatste ronde kon niet worden opgeslagen: ${why}`,
  };
}

function writeDown(monitor: Monitor, seen: Seen, outcome: Outcome): Outcome {
  const { heart, memories, stored, unwritten } = outcome;
  const changed = [...memories].filter(([id, memory]) => stored.get(id) !== memory);
  const forgotten = [...stored.keys()].filter((id) => !memories.has(id));
  monitor.store.save({ heart, looks: seen.looks, memories: new Map(changed), forgotten, ...unwritten });
  const { now, jobs } = seen;
  const decided: Decided = { now, checks: monitor.list.ordered, after: memories, jobs, ...unwritten };
  const alertsDue = writeAlerts(monitor, decided);
  return { ...outcome, saved: heart.seq, stored: memories, unwritten: nothingUnwritten, alertsDue };
}

/** Each of these checks with its memory, in their order. */
export function watchedAmong(checks: readonly Check[], memories: ReadonlyMap<string, Memory>): Watched[] {
  return checks.flatMap((check) => {
    const memory = memories.get(check.id);
    return memory === undefined ? [] : [{ check, memory }];
  });
}

function conclude({ list, say }: Monitor, { memories, stored, unwritten, heart, saved }: Known, seen: Seen): Outcome {
  const { now, looks, held } = seen;
  const off = offSince(heart, now);
  const decision = decide({ checks: list.ordered, memories, looks, held, now, say, offSince: off });
  const { state, headline } = overallOf(watchedAmong(list.ordered, decision.memories), say);
  const goesOn = heart.beatAt !== null && state === heart.state;
  const since = goesOn ? Math.min(heart.since, now) : Math.max(...decision.flips.map(({ at }) => at), -Infinity);
  const overall = { state, headline, since: Number.isFinite(since) ? since : now };
  return {
    ...decision,
    heart: { seq: heart.seq + 1, beatAt: now, state, since: overall.since },
    saved,
    stored,
    unwritten: {
      flips: [...unwritten.flips, ...decision.flips].slice(-mostUnwritten),
      gap: off === null ? unwritten.gap : { from: off, to: now },
    },
    overall,
    fault: null,
    alertsDue: false,
  };
}
