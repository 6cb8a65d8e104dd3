import { remember, stateOf, weigh, type Look, type Rule, type Verdict } from './evidence.ts';
import type { Status } from '../check.ts';
import type { Flip } from '../health.ts';
import type { Memory } from './memory.ts';
import type { Say } from '#lib/language.ts';
import type { State } from '../snapshot.ts';

/** What a look or an event makes of a check; at most one flip. */
export interface Step {
  readonly memory: Memory;
  readonly flips: readonly Flip[];
}

/** A look that is this little early is on time; of a short interval a tenth at most. */
export const earlyMs = 500;

/** Four changes within half an hour are flapping; half an hour without one ends it. */
const flappingChanges = 4;
const flappingWindowMs = 30 * 60_000;

/** Waits before looking again while in doubt: 2 s and 10 s after the look that raised it. */
const recheckDelaysMs = [2000, 8000];

/** From one look to the next while bad news waits for its ancestors. */
const waitMs = 1000;

/** What is not set up begins anew once it is. */
const nothingKnown = { lastKnown: null, changes: [], flapping: false, latencies: [], blockedBy: null };

/** Due by its time; also when its time lies further ahead than it can, for then the clock was set back. */
export function isDue(memory: Memory, rule: Rule, now: number): boolean {
  return now >= memory.nextAt - earlyFor(rule) || memory.nextAt > now + rule.everyMs + earlyMs;
}

/** Else a beat that comes in between, for another reason, would take the looks of a whole second away from it. */
function earlyFor({ everyMs }: Rule): number {
  return Math.min(earlyMs, everyMs / 10);
}

/**
 * Decides what a look means. Where it `mustWait`, an ancestor may be the cause of the bad news: that waits until
 * the ancestor is settled.
 */
export function observe(
  before: Memory,
  look: Look,
  {
    rule,
    say,
    mustWait = () => false,
  }: { rule: Rule; say: Say; mustWait?: (seen: Memory, verdict: Verdict) => boolean },
): Step {
  const seen: Memory = { ...remember(before, look), held: null };
  const verdict = weigh(seen, look, rule);
  const isBad = verdict !== null && ['down', 'late', 'unknown'].includes(verdict.state);
  const waits = isBad && mustWait(seen, verdict);
  const settled = verdict === null || waits ? seen : settle(seen, verdict, look.at);
  const memory = plan(settled, look, { rule, say, waits });
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
  // What was late and goes down got worse once, in two steps.
  const wentOn = memory.lastKnown === state || (memory.lastKnown === 'late' && state === 'down');
  const changed = memory.lastKnown !== null && !wentOn;
  const changes = changed ? [...recent, Math.min(from, now)].slice(-flappingChanges) : recent;
  const flapping = changes.length >= flappingChanges || (memory.flapping && changes.length > 0);
  const next: Memory = { ...memory, lastKnown: state, changes, flapping, blockedBy: null };
  // What was flapping until now cannot have been steady since long ago.
  const began = memory.state === 'flapping' ? now : from;
  return enter(next, { state: flapping ? 'flapping' : state, from: began, now });
}

/** Dated back to the first observation of it, but neither before the state that it follows nor after now. */
export function enter(memory: Memory, { state, from, now }: { state: State; from: number; now: number }): Memory {
  if (memory.state === state) return memory;
  return { ...memory, state, since: Math.min(Math.max(memory.since, from), now) };
}

/** When to look next, and what to say meanwhile. */
function plan(
  memory: Memory,
  { at, finding }: Look,
  { rule, say, waits }: { rule: Rule; say: Say; waits: boolean },
): Memory {
  const doubt = stateOf[finding.status] !== (memory.state === 'flapping' ? memory.lastKnown : memory.state);
  const again = doubt || memory.state === 'unknown';
  const rechecks = isTurn(memory, finding.status) ? 0 : memory.rechecks;
  const delayMs = waits ? waitMs : again ? recheckDelaysMs[rechecks] : undefined;
  return {
    ...memory,
    doubt,
    reason: reasonOf(memory.state, finding.reason, { doubt, say }),
    rechecks: again ? Math.min(rechecks + 1, recheckDelaysMs.length) : 0,
    nextAt: Math.min(nextLook({ at, finding }, rule), at + (delayMs ?? Infinity)),
  };
}

/** Whether the look before said something else: a new doubt, with looks of its own. */
function isTurn({ rows }: Memory, status: Status): boolean {
  const { ok, fair, poor, late, fail, unknown } = rows;
  const alike = { ok: [ok], warn: [fair, poor], late: [late], fail: [fail], unknown: [unknown], off: [] }[status];
  return alike.some((row) => row?.count === 1);
}

function reasonOf(state: State, reason: string, { doubt, say }: { doubt: boolean; say: Say }): string {
  const again = say({ en: 'to be looked at again', nl: 'wordt opnieuw bekeken' });
  const said = doubt ? `${reason} (${again})` : reason;
  if (state !== 'flapping') return said;
  const changed = { en: 'Changed 4 times in half an hour; now', nl: 'Wisselde 4 keer in een half uur; nu' };
  return `${say(changed)}: ${said}`;
}

/**
 * On the grid of its interval, so that looks do not drift, or at the deadline that it waits for; one that came a moment
 * early counts as on time.
 */
export function nextLook({ at, finding: { nextAt } }: Look, rule: Rule): number {
  const regular = (Math.floor((at + earlyFor(rule)) / rule.everyMs) + 1) * rule.everyMs;
  return nextAt !== undefined && nextAt > at ? Math.min(regular, nextAt) : regular;
}

/** The flip that leads from one memory to the next, if any. */
export function flipsBetween(before: Memory, after: Memory, { id }: Pick<Rule, 'id'>): Flip[] {
  if (before.state === after.state) return [];
  return [{ check: id, from: before.state, to: after.state, at: after.since, reason: after.reason }];
}
