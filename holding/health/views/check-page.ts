import { freshnessOf } from '#lib/clock.ts';
import type { Attention, CheckView, State } from '../snapshot.ts';
import type { PageFrame } from '../views.ts';
import { pastOf, type CheckPast } from './check-past.ts';
import { frameOfPast, pathOf, type Making } from './page.ts';
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
  const shown = freshnessOf(snapshot, made.now) === 'fresh' ? check : unknownSince(made, check);
  const stateWord = say(stateWords[shown.state]);
  return {
    ...frameOfPast(made, `${check.name}: ${stateWord}`),
    check: {
      ...subjectOf(made, shown),
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

/** A check of which there is no news: how it is, is known up to the last look. */
function unknownSince({ snapshot, say }: Making, check: CheckView): CheckView {
  const was = say(stateWords[check.state]).toLowerCase();
  const reason = say({ en: `Then ${was}: ${check.reason}`, nl: `Toen ${was}: ${check.reason}` });
  return { ...check, state: 'unknown', since: snapshot.generatedAt, reason };
}

type Subject = Omit<CheckPage['check'], 'stateWord' | 'blockedBy' | 'blocks'>;

function subjectOf({ moment, say }: Making, check: CheckView): Subject {
  const { id, name, group, state, reason, since, lastSeen, expectedNext, latencyMs } = check;
  return {
    id,
    name,
    group: say(groupTitles[group] ?? group),
    state,
    reason: sentence(reason),
    since: moment(since),
    lastSeen: lastSeen === null ? null : moment(lastSeen),
    next: moment(expectedNext),
    latencyMs,
  };
}
