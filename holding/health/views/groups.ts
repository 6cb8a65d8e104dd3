import type { Language } from '#lib/language.ts';
import type { CheckView, Snapshot, State } from '../snapshot.ts';
import { pathOf } from './page.ts';
import { groupTitles, percentage, stateWords, type Moment } from './wording.ts';

export interface GroupView {
  readonly id: string;
  readonly title: string;
  readonly up: number;
  /** Of those that are set up. */
  readonly total: number;
  readonly off: number;
  readonly rows: readonly CheckRow[];
}

export interface CheckRow {
  readonly id: string;
  readonly name: string;
  /** Of its page; null: it has none. */
  readonly path: string | null;
  readonly state: State;
  /** `Up`, `Down`, …: the state is never told by colour alone. */
  readonly stateWord: string;
  readonly reason: string;
  /** Written by the page itself, in short: to write them out here as well would cost a tenth of the drawing. */
  readonly since: Pick<Moment, 'ms'>;
  readonly lastSeen: Pick<Moment, 'ms'> | null;
  readonly latencyMs: number | null;
  /** Oldest first, at most 30. */
  readonly latencies: readonly number[];
  /** The worst state of each of the last 90 days as run lengths, oldest first; `new` is before it was watched. */
  readonly days90: CheckView['days90'];
  /** `100`, `99.97` or `–`: a percentage that is never rounded up. */
  readonly uptimeText: string;
  /** Name, not id, of the check that is the cause. */
  readonly blockedBy: string | null;
}

/** Only groups that have a check, in the order of the page. */
export function groupsOf({ checks, language }: Snapshot): GroupView[] {
  const names = new Map(checks.map(({ id, name }) => [id, name]));
  const byGroup = Map.groupBy(checks, ({ group }) => group);
  const order = new Set([...Object.keys(groupTitles), ...byGroup.keys()]);
  return [...order].flatMap((id) => {
    const members = byGroup.get(id);
    if (members === undefined) return [];
    const rows = members.map((check) => rowOf(check, names, language));
    const up = rows.filter(({ state }) => state === 'up').length;
    const off = rows.filter(({ state }) => state === 'off').length;
    return [{ id, title: groupTitles[id]?.[language] ?? id, up, total: rows.length - off, off, rows }];
  });
}

function rowOf(check: CheckView, names: ReadonlyMap<string, string>, language: Language): CheckRow {
  const { id, name, state, reason, latencyMs, latencies, days90, blockedBy } = check;
  return {
    id,
    name,
    path: pathOf('checks', id),
    state,
    stateWord: stateWords[state][language],
    reason,
    since: { ms: check.since },
    lastSeen: check.lastSeen === null ? null : { ms: check.lastSeen },
    latencyMs,
    latencies,
    days90,
    uptimeText: percentage(check.uptime90, language),
    blockedBy: blockedBy === null ? null : (names.get(blockedBy) ?? blockedBy),
  };
}
