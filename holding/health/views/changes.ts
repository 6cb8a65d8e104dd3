import type { Change, Snapshot, State } from '../snapshot.ts';
import { pathOf } from './page.ts';
import { stateWords, type Moment, type MomentOf } from './wording.ts';

/** What checks became in the last 24 hours. */
export interface Changes {
  /** The newest first. */
  readonly rows: readonly ChangeRow[];
  /** How many more there were, older ones. */
  readonly older: number;
}

/** What one check became, or several together. */
export interface ChangeRow {
  readonly names: readonly string[];
  /** Of the page of one alone; null: there is none. */
  readonly path: string | null;
  readonly fromWord: string;
  readonly state: State;
  readonly stateWord: string;
  readonly at: Moment;
  /** How long it lasted, of several the longest; null: it goes on. */
  readonly ms: number | null;
  /** Empty where several gave other ones. */
  readonly reason: string;
}

const shownChanges = 6;

/** What becomes the same within a minute is told together. */
const togetherMs = 60_000;

/** Null where the records could not be read, which is not the same as no change. */
export function changesOf({ changes, checks, language }: Snapshot, moment: MomentOf): Changes | null {
  if (changes === null) return null;
  const names = new Map(checks.map(({ id, name }) => [id, name]));
  const spells = [...Map.groupBy(changes, ({ check }) => check).values()].flatMap(spellsOf);
  const groups = together(spells.toSorted((one, other) => other.at - one.at || isBlocked(one) - isBlocked(other)));
  const rows = groups.slice(0, shownChanges).map(([first, ...others]) => ({
    names: [first, ...others].map(({ check }) => names.get(check) ?? check),
    path: others.length === 0 && names.has(first.check) ? pathOf('checks', first.check) : null,
    fromWord: stateWords[first.from][language],
    state: first.to,
    stateWord: stateWords[first.to][language],
    at: moment(Math.min(...[first, ...others].map(({ at }) => at))),
    ms: first.ms === null ? null : Math.max(first.ms, ...others.map(({ ms }) => ms ?? 0)),
    reason: others.every(({ reason }) => reason === first.reason) ? first.reason : '',
  }));
  return { rows, older: groups.length - rows.length };
}

/** Of the same time the cause comes first. */
function isBlocked({ to }: Spell): number {
  return Number(to === 'blocked');
}

/** A change, and how long what it led to lasted; null: it goes on. */
interface Spell extends Change {
  readonly ms: number | null;
}

/** The changes of one check that are worth telling: that it is well again is told by how long it was not. */
function spellsOf(all: readonly Change[]): Spell[] {
  const changes = lasting(all);
  let isTold = false;
  return changes.flatMap((change, index) => {
    const next = changes[index + 1];
    isTold = isWorthTelling(change, isTold);
    return isTold ? [{ ...change, ms: next === undefined ? null : Math.max(0, next.at - change.at) }] : [];
  });
}

/**
 * Without those that lasted no time at all, as between a maintenance and the first look after it; what is new and not
 * known is still new.
 */
function lasting(changes: readonly Change[]): Change[] {
  const kept: Change[] = [];
  let from = changes[0]?.from;
  for (const [index, change] of changes.entries()) {
    if (changes[index + 1]?.at === change.at || change.to === from) continue;
    if (from === 'new' && change.to === 'unknown') continue;
    kept.push({ ...change, from: from ?? change.from });
    from = change.to;
  }
  return kept;
}

function isWorthTelling({ from, to }: Change, isFormerTold: boolean): boolean {
  if (to === 'up') return from !== 'new' && !isFormerTold;
  return !(from === 'new' && to === 'off');
}

type Together = [Spell, ...Spell[]];

function together(newestFirst: readonly Spell[]): Together[] {
  const groups: Together[] = [];
  for (const spell of newestFirst) {
    const group = groups.find((others) => belongsTo(others, spell));
    if (group === undefined) groups.push([spell]);
    else group.push(spell);
  }
  return groups;
}

/** Never a check with itself, nor what is over with what goes on. */
function belongsTo(group: Together, { check, from, to, at, ms }: Spell): boolean {
  const [first] = group;
  const isAlike = first.from === from && first.to === to && (first.ms === null) === (ms === null);
  return isAlike && first.at - at <= togetherMs && group.every((other) => other.check !== check);
}
