import { remember, stateOf, weigh, type Look, type Rule, type Verdict } from './evidence.ts';
import type { Flip } from '../health.ts';
import { noRows, type Memory } from './memory.ts';
import type { State } from '../snapshot.ts';

/** What a look or an event makes of a check; at most one flip. */
export interface Step {
  readonly memory: Memory;
  readonly flips: readonly Flip[];
}

/** The check that is to blame, and since when. */
export interface Cause {
  readonly id: string;
  readonly name: string;
  readonly since: number;
}

/** A look that is this little early is on time. */
export const earlyMs = 500;

/** Four changes within half an hour are flapping; half an hour without one ends it. */
const flappingChanges = 4;
const flappingWindowMs = 30 * 60_000;

/** Waits before looking again while in doubt: 2 s and 10 s after the look that raised it. */
const recheckDelaysMs = [2000, 8000];

/** What is not set up begins anew once it is. */
const nothingKnown = { lastKnown: null, changes: [], flapping: false, latencies: [], blockedBy: null };

/** Due by its time; also when its time lies further ahead than it can, for then the clock was set back. */
export function isDue(memory: Memory, rule: Rule, now: number): boolean {
  return now >= memory.nextAt - earlyMs || memory.nextAt > now + rule.everyMs + earlyMs;
}

/**
 * Decides what a look means. With `hold`, an ancestor is in doubt: bad news waits until that is settled, since the
 * ancestor may be its cause.
 */
export function observe(before: Memory, look: Look, { rule, hold = false }: { rule: Rule; hold?: boolean }): Step {
  const seen = remember(before, look);
  const verdict = weigh(seen, look, rule);
  const held = hold && (verdict?.state === 'down' || verdict?.state === 'unknown');
  const settled = verdict === null || held ? seen : settle(seen, verdict, look.at);
  const memory = plan(settled, look, rule);
  return { memory, flips: flipsBetween(before, memory, rule) };
}

/** An ancestor is not up: what is seen now decides nothing, and the root cause is named. */
export function block(
  before: Memory,
  cause: Cause,
  { rule, now, look }: { rule: Rule; now: number; look: Look | undefined },
): Step {
  const seen = look === undefined ? before : remember(before, look);
  const memory: Memory = {
    ...enter(seen, { state: 'blocked', from: cause.since, now }),
    reason: `${cause.name} is the cause`,
    blockedBy: cause.id,
    rows: noRows,
    doubt: false,
    rechecks: 0,
    todo: null,
    nextAt: look === undefined ? before.nextAt : regularAfter(look.at, rule),
  };
  return { memory, flips: flipsBetween(before, memory, rule) };
}

/** The monitor was off since `from`: what happened meanwhile is unknown, and everything is looked at anew. */
export function monitorWasOff(before: Memory, from: number, { rule, now }: { rule: Rule; now: number }): Step {
  const anew: Memory = { ...before, rows: noRows, doubt: true, rechecks: 0, nextAt: now };
  if (['new', 'unknown', 'off'].includes(before.state)) return { memory: anew, flips: [] };
  const memory = { ...enter(anew, { state: 'unknown', from, now }), reason: 'The monitor was off', blockedBy: null };
  return { memory, flips: flipsBetween(before, memory, rule) };
}

/** Whether bad news of its descendants must wait: its own last look was bad news that is not settled yet. */
export function inDoubt({ doubt, rows }: Memory): boolean {
  return doubt && (rows.poor !== null || rows.unknown !== null);
}

/** Enters the state that the looks showed, or flapping when it changed too often of late. */
function settle(memory: Memory, verdict: Verdict, now: number): Memory {
  const { state, from } = verdict;
  if (state === 'unknown') return { ...enter(memory, { state, from, now }), blockedBy: null };
  if (state === 'off') return { ...enter(memory, { state, from, now }), ...nothingKnown };

  const recent = memory.changes.filter((change) => change <= now && change > now - flappingWindowMs);
  const changed = memory.lastKnown !== null && memory.lastKnown !== state;
  const changes = changed ? [...recent, from].slice(-flappingChanges) : recent;
  const flapping = changes.length >= flappingChanges || (memory.flapping && changes.length > 0);
  const next: Memory = { ...memory, lastKnown: state, changes, flapping, blockedBy: null };
  // What was flapping until now cannot have been steady since long ago.
  const began = memory.state === 'flapping' ? now : from;
  return enter(next, { state: flapping ? 'flapping' : state, from: began, now });
}

/** Dated back to the first observation of it, but neither before the state that it follows nor after now. */
function enter(memory: Memory, { state, from, now }: { state: State; from: number; now: number }): Memory {
  if (memory.state === state) return memory;
  return { ...memory, state, since: Math.min(Math.max(memory.since, from), now) };
}

/** When to look next, and what to say meanwhile. */
function plan(memory: Memory, { at, finding }: Look, rule: Rule): Memory {
  const doubt = stateOf[finding.status] !== (memory.state === 'flapping' ? memory.lastKnown : memory.state);
  const again = doubt || memory.state === 'unknown';
  const delayMs = again ? recheckDelaysMs[memory.rechecks] : undefined;
  const regular = regularAfter(at, rule);
  return {
    ...memory,
    doubt,
    reason: reasonOf(memory.state, finding.reason, doubt),
    rechecks: again ? Math.min(memory.rechecks + 1, recheckDelaysMs.length) : 0,
    nextAt: delayMs === undefined ? regular : Math.min(at + delayMs, regular),
  };
}

function reasonOf(state: State, reason: string, doubt: boolean): string {
  const said = doubt ? `${reason} (to be looked at again)` : reason;
  return state === 'flapping' ? `Changed ${flappingChanges} times in half an hour; now: ${said}` : said;
}

/** On the grid of its interval, so that looks do not drift; one that came a moment early counts as on time. */
function regularAfter(at: number, { everyMs }: Rule): number {
  return (Math.floor((at + earlyMs) / everyMs) + 1) * everyMs;
}

function flipsBetween(before: Memory, after: Memory, { id }: Rule): Flip[] {
  if (before.state === after.state) return [];
  return [{ check: id, from: before.state, to: after.state, at: after.since, reason: after.reason }];
}
