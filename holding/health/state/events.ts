import type { Say } from '#lib/language.ts';
import type { Flip } from '../health.ts';
import { remember, type Look, type Rule } from './evidence.ts';
import type { Held } from './holds.ts';
import { noRows, type Memory } from './memory.ts';
import { enter, flipsBetween, nextLook, type Step } from './state.ts';

/** The check that is to blame, and since when. */
export interface Cause {
  readonly id: string;
  readonly name: string;
  readonly since: number;
  /** Because of maintenance its descendants are in maintenance too, else they are blocked. */
  readonly makes: 'blocked' | 'maintenance';
}

/** When it happens, to which check, and what was seen of it at that moment, if anything. */
interface Happening {
  readonly rule: Rule;
  readonly now: number;
  readonly look: Look | undefined;
  readonly say: Say;
}

/** An ancestor is not up: what is seen now decides nothing, and the root cause is named. */
export function block(before: Memory, cause: Cause, { rule, now, look, say }: Happening): Step {
  const isSame = before.state === cause.makes && before.blockedBy === cause.id;
  if (isSame && look === undefined) return { memory: before, flips: [] };
  const reasons = {
    blocked: { en: `${cause.name} is the cause`, nl: `${cause.name} is de oorzaak` },
    maintenance: { en: `${cause.name} is in maintenance`, nl: `${cause.name} is in onderhoud` },
  };
  const seen = look === undefined ? before : remember(before, look);
  const memory: Memory = {
    ...enter(seen, { state: cause.makes, from: cause.since, now }),
    ...nothingToSettle,
    reason: say(reasons[cause.makes]),
    blockedBy: cause.id,
    held: null,
    nextAt: look === undefined ? before.nextAt : nextLook(look, rule),
  };
  return { memory, flips: flipsBetween(before, memory, rule) };
}

/** The owner holds it back: what is seen now decides nothing. */
export function holdBack(before: Memory, held: Held, { rule, now, look, say }: Happening): Step {
  const { kind, until } = held;
  const isSame = before.held?.kind === kind && before.held.until === until;
  if (isSame && look === undefined) return { memory: before, flips: [] };
  const seen = look === undefined ? before : remember(before, look);
  const from = before.held?.kind === 'paused' ? endOf(before.held, now) : held.from;
  const memory: Memory = {
    ...enter(seen, { state: kind, from, now }),
    ...nothingToSettle,
    reason: say(held.reason),
    blockedBy: null,
    held: { kind, until },
    nextAt:
      kind === 'paused' ? (until ?? now + rule.everyMs) : look === undefined ? before.nextAt : nextLook(look, rule),
  };
  return { memory, flips: flipsBetween(before, memory, rule) };
}

/** Nothing holds it back any more: from then on it is not known how it is, and it is looked at anew. */
export function letGo(before: Memory, { rule, now, say }: Omit<Happening, 'look'>): Step {
  if (before.held === null) return { memory: before, flips: [] };
  const reason = say({ en: 'To be looked at anew', nl: 'Wordt opnieuw bekeken' });
  const at = endOf(before.held, now);
  const memory = { ...enter(before, { state: 'unknown', from: at, now }), ...anew(now), reason, held: null };
  return { memory, flips: flipsBetween(before, memory, rule) };
}

/**
 * The monitor was off since `from`: what happened meanwhile is unknown, and everything is looked at anew. What the
 * owner holds back stays held back, monitor or not.
 */
export function monitorWasOff(
  before: Memory,
  from: number,
  { rule, now, say }: { rule: Rule; now: number; say: Say },
): Step {
  const memory: Memory = { ...before, ...anew(now) };
  if (before.held !== null || ['new', 'unknown', 'off'].includes(before.state)) return { memory, flips: [] };
  const reason = say({ en: 'The monitor was off', nl: 'De bewaking was uit' });
  const after = { ...enter(memory, { state: 'unknown', from, now }), reason, blockedBy: null };
  return { memory: after, flips: flipsBetween(before, after, rule) };
}

/** Its state began in what is the future now: from now on it is not known, and it is looked at anew. */
export function clockWasSetBack(before: Memory, { rule, now, say }: Omit<Happening, 'look'>): Step {
  const reason = say({ en: 'The clock was set back', nl: 'De klok is teruggezet' });
  const memory: Memory = { ...before, ...anew(now), since: now };
  if (['new', 'unknown'].includes(before.state)) {
    const flip: Flip = { check: rule.id, from: before.state, to: before.state, at: now, reason };
    return { memory, flips: before.state === 'new' ? [] : [flip] };
  }
  const after: Memory = { ...memory, state: 'unknown', reason, blockedBy: null };
  return { memory: after, flips: flipsBetween(before, after, rule) };
}

/** It is in nobody's list of checks any more. */
export function forget(before: Memory, { check, now, say }: { check: string; now: number; say: Say }): Flip[] {
  const after = enter(before, { state: 'off', from: now, now });
  const reason = say({ en: 'No longer watched', nl: 'Wordt niet meer bewaakt' });
  return flipsBetween(before, { ...after, reason }, { id: check });
}

const nothingToSettle = { rows: noRows, doubt: false, rechecks: 0, todo: null };

function anew(now: number): Pick<Memory, 'rows' | 'doubt' | 'rechecks' | 'nextAt'> {
  return { rows: noRows, doubt: true, rechecks: 0, nextAt: now };
}

/** Resumed before its time, it ended when that was noticed. */
function endOf({ until }: NonNullable<Memory['held']>, now: number): number {
  return Math.min(until ?? now, now);
}
