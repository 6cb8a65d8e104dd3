import type { Say, Words } from '#lib/language.ts';
import type { Check, JobDeadline } from '../check.ts';
import type { Memory } from '../state/memory.ts';
import type { Alert, NewAlert } from '../store/alerts.ts';
import type { Span } from '../store/history.ts';
import type { ToldIncident } from '../store/incidents.ts';
import type { Clockwork } from './clockwork.ts';
import { dueAt, type Quiet } from './quiet.ts';
import type { Told } from './words.ts';

/** All that decides what the owner is to be told. */
export interface Situation {
  readonly now: number;
  readonly say: Say;
  readonly clockwork: Clockwork;
  readonly quiet: Quiet;
  readonly checks: ReadonlyMap<string, Check>;
  readonly after: ReadonlyMap<string, Memory>;
  /** Open ones and those that ended of late, as they are after this beat. */
  readonly incidents: readonly ToldIncident[];
  /** Written down, and not due yet. */
  readonly waiting: readonly Alert[];
  /** Of each check that was told to flap, and not yet that it settled: that alert. */
  readonly flapping: ReadonlyMap<string, Alert>;
  /** How often what the looks at a check found changed, since a time. */
  readonly changes: (check: string, since: number) => number;
  /** The time without a heartbeat that this beat ends; null: there was none. */
  readonly gap: Span | null;
  /** Null: could not be asked. */
  readonly jobs: readonly JobDeadline[] | null;
}

/** What is to be written down: new alerts, and those that nobody was told yet as they read now. */
export interface Telling {
  readonly add: readonly NewAlert[];
  readonly amend: readonly Alert[];
}

/** Nothing is to be told. */
export const nothing: Telling = { add: [], amend: [] };

/** A new alert: due when the owner wants to hear of its matter. */
export function alert(
  kind: NewAlert['kind'],
  { check, incident, sound }: Pick<NewAlert, 'check' | 'incident' | 'sound'>,
  { words, situation }: { words: Told; situation: Situation },
): NewAlert {
  const { checks, quiet, now } = situation;
  const urgent = check !== null && checks.get(check)?.urgent === true;
  const due = dueAt({ check, urgent, sound }, quiet, now);
  return { kind, check, incident, at: now, due, sound, ...textOf(words, situation) };
}

/** In the owner's language. */
export function textOf({ title, lines }: Told, { say }: Situation): Pick<NewAlert, 'title' | 'body'> {
  return { title: say(title), body: lines.map(say).join('\n') };
}

/** Of a check that is gone only its id is known. */
export function nameOf(check: string, { checks }: Situation): Words {
  return checks.get(check)?.name ?? check;
}
