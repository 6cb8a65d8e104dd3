import type { Say } from '#lib/language.ts';
import type { Check } from '../check.ts';
import type { Look } from './evidence.ts';
import type { Cause } from './events.ts';
import type { Memory } from './memory.ts';

/** Something that a check needs. */
export interface Parent {
  readonly check: Check;
  readonly memory: Memory;
  /** What it is itself blocked by, if anything. */
  readonly root: Check | undefined;
}

/** The check whose cause is asked for. */
interface Child {
  readonly memory: Memory;
  readonly look: Look | undefined;
  readonly now: number;
  readonly say: Say;
}

/**
 * Why a check is not to be judged by what is seen of it; null: it is. An ancestor of which nothing is known (unknown,
 * new, paused) is the cause of nothing, for its descendants may know better. One that flaps is up half of the time, and
 * one in maintenance may well work: they are the cause only of what is not well itself.
 */
export function rootCause(parents: readonly Parent[], child: Child): Cause | null {
  const broken = parents.find(({ memory }) => ['down', 'late', 'blocked'].includes(memory.state));
  if (broken !== undefined) return causeOf(broken, 'blocked', { since: broken.memory.since, say: child.say });
  const ailing = parents.find((parent) => isCausedBy(parent, child));
  if (ailing === undefined) return null;
  if (ailing.memory.state === 'flapping') {
    return causeOf(ailing, 'blocked', { since: ailing.memory.since, say: child.say });
  }
  return causeOf(ailing, 'maintenance', { since: child.now, say: child.say });
}

function isCausedBy({ memory: { state, since } }: Parent, { memory, look }: Child): boolean {
  if (state !== 'flapping' && state !== 'maintenance') return false;
  if (look !== undefined) return look.finding.status !== 'ok';
  // It was not well when it was looked at last, and that was since then.
  const isHeldBack = memory.blockedBy !== null && ['blocked', 'maintenance'].includes(memory.state);
  return isHeldBack && memory.lastSeen !== null && memory.lastSeen >= since;
}

function causeOf(
  { check, root = check }: Parent,
  makes: Cause['makes'],
  { since, say }: { readonly since: number; readonly say: Say },
): Cause {
  return { id: root.id, name: say(root.name), since, makes };
}
