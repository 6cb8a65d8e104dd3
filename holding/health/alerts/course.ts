import type { Say, Words } from '#lib/language.ts';
import type { Check } from '../check.ts';
import type { Flip } from '../health.ts';
import type { State } from '../snapshot.ts';
import type { Memory } from '../state/memory.ts';
import { dayMs } from '../store/timeline.ts';
import { endings, type Incidents, type ToldIncident } from '../store/incidents.ts';
import { stateWords } from '../views/wording.ts';
import { waitingWords } from './words.ts';

/** What a heartbeat decided, as incidents follow it. */
export interface Turn {
  readonly now: number;
  readonly say: Say;
  readonly checks: ReadonlyMap<string, Check>;
  readonly after: ReadonlyMap<string, Memory>;
  readonly flips: readonly Flip[];
}

/** So long after its end an incident may still have to be told. */
const ofLateMs = 7 * dayMs;

/**
 * Brings incidents up to date after the flips were written: whom each blocks, what happened in its course. What the
 * flips missed, because they could not be written down or because the check is gone, is made up for.
 */
export function followCourse(course: Incidents, turn: Turn): readonly ToldIncident[] {
  const told = (): readonly ToldIncident[] => course.told(turn.now - ofLateMs);
  const known = told();
  const all = makeUpFor(course, known, turn) ? told() : known;
  return all.map((one) => followOne(course, one, turn));
}

function followOne(course: Incidents, one: ToldIncident, turn: Turn): ToldIncident {
  noteBeginning(course, one, turn);
  const affected = one.incident.to === null ? noteAffected(course, one, turn) : one.incident.affected;
  noteChanges(course, one, turn);
  noteEnd(course, one, turn);
  return { ...one, incident: { ...one.incident, affected: [...affected] } };
}

/** True where there was something to make up for. */
function makeUpFor(course: Incidents, known: readonly ToldIncident[], { now, checks, after }: Turn): boolean {
  const open = known.filter(({ incident }) => incident.to === null).map(({ incident }) => incident);
  const over = open.flatMap(({ id, check }) => {
    const memory = after.get(check);
    if (!checks.has(check)) return [{ id, at: now }];
    return memory !== undefined && endings.has(memory.state) ? [{ id, at: memory.since }] : [];
  });
  const causes = new Set(open.map(({ check }) => check));
  const missed = [...after].filter(([check, { state }]) => state === 'down' && !causes.has(check));
  for (const { id, at } of over) course.end(id, at);
  for (const [check, { since, reason }] of missed) course.open(check, { from: since, reason, detectedAt: now });
  return over.length > 0 || missed.length > 0;
}

function noteBeginning(course: Incidents, { incident }: ToldIncident, { now, say }: Turn): void {
  const { id, from, reason, detectedAt } = incident;
  if (detectedAt !== now || course.events(id).length > 0) return;
  course.note(id, { at: from, kind: 'failing', text: reason });
  course.note(id, { at: now, kind: 'detected', text: say({ en: 'It counts as down', nl: 'Het telt als storing' }) });
}

/** Returns whom it blocks. Whom it blocked once stays among them: they waited for it. */
function noteAffected(
  course: Incidents,
  { incident }: ToldIncident,
  { now, say, checks, after }: Turn,
): readonly string[] {
  const known = new Set(incident.affected);
  const more = [...after].filter(([id, memory]) => memory.blockedBy === incident.check && !known.has(id));
  if (more.length === 0) return incident.affected;
  const ids = more.map(([id]) => id);
  const affected = [...incident.affected, ...ids];
  course.setAffected(incident.id, affected);
  const names = ids.map((id): Words => checks.get(id)?.name ?? id);
  for (const words of waitingWords(names)) course.note(incident.id, { at: now, kind: 'affected', text: say(words) });
  return affected;
}

function noteChanges(course: Incidents, { incident }: ToldIncident, { now, say, flips }: Turn): void {
  for (const { check, to, at, reason } of flips) {
    const isBeginning = to === 'down' && incident.detectedAt === now;
    if (check !== incident.check || incident.to !== null || isBeginning) continue;
    course.note(incident.id, { at, kind: 'changed', text: `${say(stateWords[to])}: ${reason}` });
  }
}

/** Of one whose end is not told yet: of the others it was noted. */
function noteEnd(course: Incidents, { incident, told }: ToldIncident, { say, after }: Turn): void {
  const { id, to, check } = incident;
  const isTold = told !== null && !['opened', 'again'].includes(told.kind);
  if (to === null || isTold || course.events(id).some(({ kind }) => kind === 'ended')) return;
  course.note(id, { at: to, kind: 'ended', text: endText(after.get(check), say) });
}

function endText(memory: Memory | undefined, say: Say): string {
  if (memory === undefined) return say({ en: 'It is watched no more', nl: 'Het wordt niet meer bewaakt' });
  const state: State = memory.state;
  return `${say(stateWords[state])}: ${memory.reason}`;
}
