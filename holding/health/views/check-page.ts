import type { Attention, CheckView, State } from '../snapshot.ts';
import type { PageFrame } from '../views.ts';
import { pastOf, type CheckPast } from './check-past.ts';
import { frameOfPast, isCurrent, pathOf, type Making } from './page.ts';
import { groupTitles, sentence, stateWords, type Moment } from './wording.ts';

/** Everything that the page of one check draws. */
export interface CheckPage extends PageFrame {
  readonly check: {
    readonly id: string;
    readonly name: string;
    readonly group: string;
    readonly state: State;
    readonly stateWord: string;
    readonly reason: string;
    readonly since: Moment;
    readonly lastSeen: Moment | null;
    readonly next: Moment;
    readonly latencyMs: number | null;
    readonly blockedBy: CheckLink | null;
    /** Those that wait for it now. */
    readonly blocks: readonly CheckLink[];
  };
  /** What the owner can do about it. */
  readonly todo: readonly Attention[];
  /** Null: the records of the past cannot be read. */
  readonly past: CheckPast | null;
}

export interface CheckLink {
  readonly name: string;
  /** Null: it has no page. */
  readonly path: string | null;
}

/** The view of one check's page. */
export function checkPage(made: Making, check: CheckView): CheckPage {
  const { snapshot, say } = made;
  const links = new Map(snapshot.checks.map(({ id, name }) => [id, { name, path: pathOf('checks', id) }]));
  const state = isCurrent(made) ? check.state : 'unknown';
  const stateWord = say(stateWords[state]);
  return {
    ...frameOfPast(made, `${check.name}: ${stateWord}`),
    check: {
      ...subjectOf(made, check),
      state,
      stateWord,
      blockedBy: check.blockedBy === null ? null : (links.get(check.blockedBy) ?? null),
      blocks: snapshot.checks
        .filter(({ blockedBy }) => blockedBy === check.id)
        .map(({ id, name }) => ({ name, path: pathOf('checks', id) })),
    },
    todo: snapshot.attention.filter(({ why }) => why === check.reason),
    past: pastOf(made, check.id),
  };
}

type Subject = Omit<CheckPage['check'], 'state' | 'stateWord' | 'blockedBy' | 'blocks'>;

function subjectOf({ moment, say }: Making, check: CheckView): Subject {
  const { id, name, group, reason, since, lastSeen, expectedNext, latencyMs } = check;
  return {
    id,
    name,
    group: say(groupTitles[group] ?? group),
    reason: sentence(reason),
    since: moment(since),
    lastSeen: lastSeen === null ? null : moment(lastSeen),
    next: moment(expectedNext),
    latencyMs,
  };
}
