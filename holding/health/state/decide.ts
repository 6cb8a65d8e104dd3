import type { Say } from '#lib/language.ts';
import type { Check } from '../check.ts';
import type { Flip } from '../health.ts';
import { rootCause, type Parent } from './cause.ts';
import { badSince, type Look, type Verdict } from './evidence.ts';
import { block, clockWasSetBack, forget, holdBack, letGo, monitorWasOff } from './events.ts';
import type { Held } from './holds.ts';
import { newMemory, type Memory } from './memory.ts';
import { ancestorsOf } from './order.ts';
import { earlyMs, inDoubt, observe, type Step } from './state.ts';

/** What is decided over: the checks in the order of `inOrder`, and what is known of them. */
export interface Question {
  readonly checks: readonly Check[];
  /** Also of checks that are no longer among them. */
  readonly memories: ReadonlyMap<string, Memory>;
  readonly looks: ReadonlyMap<string, Look>;
  /** What the owner holds back. */
  readonly held: ReadonlyMap<string, Held>;
  readonly now: number;
  readonly say: Say;
  /** The last sign of life before the monitor was off; null: it was on. */
  readonly offSince: number | null;
}

/** Every check's new memory, and what changed; of a check that is gone there is no memory. */
export interface Decision {
  readonly memories: ReadonlyMap<string, Memory>;
  readonly flips: readonly Flip[];
}

/** A question on the way: what was decided so far. */
interface Deciding extends Question {
  readonly byId: ReadonlyMap<string, Check>;
  readonly decided: Map<string, Memory>;
}

const releaseMs = 1000;
/** From one look to the next at an ancestor that others wait for. */
const urgeMs = 8000;
/** What is well so soon after nothing holds it back any more was so at once. */
const promptMs = 2000;

/** Decides the state of each check, ancestors first, so that one cause is told once. */
export function decide(question: Question): Decision {
  const { checks, memories, now, say } = question;
  const byId = new Map(checks.map((check) => [check.id, check]));
  const deciding: Deciding = { ...question, byId, decided: new Map() };
  const flips: Flip[] = [];
  for (const check of checks) {
    const { memory, flips: made } = decideOne(memories.get(check.id) ?? newMemory(now, say), check, deciding);
    deciding.decided.set(check.id, memory);
    flips.push(...made);
    urgeAncestors(memory, check, deciding);
  }
  for (const [id, memory] of memories) if (!byId.has(id)) flips.push(...forget(memory, { check: id, now, say }));
  return { memories: deciding.decided, flips };
}

function decideOne(before: Memory, rule: Check, deciding: Deciding): Step {
  const { held, offSince, now, say } = deciding;
  const at = { rule, now, say };
  let step: Step = { memory: before, flips: [] };
  if (offSince !== null) step = join(step, monitorWasOff(step.memory, offSince, at));
  if (step.memory.since > now + earlyMs) step = join(step, clockWasSetBack(step.memory, at));
  if (!held.has(rule.id)) step = join(step, letGo(step.memory, at));
  return join(step, judge(step.memory, rule, deciding));
}

function judge(memory: Memory, rule: Check, deciding: Deciding): Step {
  const { looks, held, now, say } = deciding;
  const look = looks.get(rule.id);
  const at = { rule, now, look, say };
  const hold = held.get(rule.id);
  if (hold?.kind === 'paused') return holdBack(memory, hold, at);
  if (!isOff(memory, look)) {
    if (hold !== undefined) return holdBack(memory, hold, at);
    const cause = rootCause(parentsOf(rule, deciding), { memory, look, now, say });
    if (cause !== null) return block(memory, cause, at);
  }
  if (look !== undefined) return observe(memory, look, { rule, say, mustWait: waitsFor(rule, deciding) });
  // Nothing holds it back any more: it is looked at again soon.
  const isFree = memory.state === 'blocked' || memory.state === 'maintenance';
  const soon = now + releaseMs;
  return { memory: isFree && memory.nextAt > soon ? { ...memory, nextAt: soon } : memory, flips: [] };
}

/** What is not set up waits for nothing. */
function isOff({ state }: Memory, look: Look | undefined): boolean {
  return look === undefined ? state === 'off' : look.finding.status === 'off';
}

function parentsOf({ dependsOn = [] }: Check, { byId, decided }: Deciding): Parent[] {
  return dependsOn.flatMap((id) => {
    const [check, memory] = [byId.get(id), decided.get(id)];
    return check === undefined || memory === undefined ? [] : [{ check, memory, root: rootOf(memory, byId) }];
  });
}

function rootOf({ blockedBy }: Memory, byId: ReadonlyMap<string, Check>): Check | undefined {
  return blockedBy === null ? undefined : byId.get(blockedBy);
}

/**
 * Bad news waits while an ancestor is in doubt, and until each of them was looked at since the news began: only then is
 * it known not to be the cause. What could not be looked at claims nothing of anybody, and waits for doubt alone.
 */
function waitsFor(check: Check, deciding: Deciding): (seen: Memory, verdict: Verdict) => boolean {
  return (seen, { state }) => {
    const since = state === 'unknown' ? null : badSince(seen);
    return [...ancestorsOf(check, deciding.byId)].some((id) => {
      const ancestor = deciding.decided.get(id);
      if (ancestor === undefined || ancestor.held !== null) return false;
      return inDoubt(ancestor) || (since !== null && !wasSeenAfter(ancestor, since, deciding.now));
    });
  };
}

/** The time of a look may lie in the future after a clock was set back; then it proves nothing. */
function wasSeenAfter({ lastSeen }: Memory, time: number, now: number): boolean {
  return lastSeen !== null && lastSeen > time && lastSeen <= now;
}

/** Bad news that is not settled makes its ancestors due, whatever their own schedules. */
function urgeAncestors(memory: Memory, check: Check, { byId, decided, looks, now }: Deciding): void {
  const since = memory.doubt && looks.has(check.id) ? badSince(memory) : null;
  if (since === null) return;
  for (const id of ancestorsOf(check, byId)) {
    const ancestor = decided.get(id);
    if (ancestor === undefined || ancestor.held !== null) continue;
    const wasSeen = wasSeenAfter(ancestor, since, now);
    const at = wasSeen && inDoubt(ancestor) ? (ancestor.lastSeen ?? now) + urgeMs : wasSeen ? Infinity : now;
    if (at < ancestor.nextAt) decided.set(id, { ...ancestor, nextAt: at });
  }
}

/** One thing after the other; an unknown moment in between that a hold or a clock left behind is none. */
function join(first: Step, then: Step): Step {
  const [left, entered] = [first.flips.at(-1), then.flips[0]];
  if (left === undefined || entered === undefined) {
    return { memory: then.memory, flips: [...first.flips, ...then.flips] };
  }
  const isTrouble = ['down', 'late', 'unknown'].includes(entered.to);
  const isMoment = left.to === 'unknown' && entered.at - left.at <= (isTrouble ? 0 : promptMs);
  if (!isMoment || entered.to === left.from) return { memory: then.memory, flips: [...first.flips, ...then.flips] };
  const flip = { ...entered, from: left.from, at: left.at };
  return { memory: { ...then.memory, since: left.at }, flips: [...first.flips.slice(0, -1), flip] };
}
