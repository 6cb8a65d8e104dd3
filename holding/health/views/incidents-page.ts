import type { State } from '../snapshot.ts';
import type { StoredIncident } from '../store/incidents.ts';
import { dayMs } from '../store/timeline.ts';
import type { PageFrame } from '../views.ts';
import { frameOfPast, type Making } from './page.ts';
import { sentence, stateWords, type Moment } from './wording.ts';

/** Everything that the list of incidents draws. */
export interface IncidentsPage extends PageFrame {
  /** False: the records of the past cannot be read, and only what the last look told is here. */
  readonly whole: boolean;
  readonly open: readonly PastIncident[];
  /** Past ones by the month in which they began, the newest first. */
  readonly months: readonly { readonly title: string; readonly incidents: readonly PastIncident[] }[];
}

/** An incident as it stands in a list. */
export interface PastIncident {
  readonly id: number;
  readonly check: string;
  readonly name: string;
  readonly state: State;
  readonly stateWord: string;
  readonly reason: string;
  readonly from: Moment;
  /** Null: still open. */
  readonly to: Moment | null;
  /** How long it lasted, or has lasted until now. */
  readonly ms: number;
  /** From the first failing look until it was decided; null: not known. */
  readonly detectMs: number | null;
  /** Names of the checks that waited for it. */
  readonly affected: readonly string[];
}

const shownMs = 400 * dayMs;
const shownIncidents = 100;

/** Those that have a page: open ones, and the newest of the others. */
export function listedIncidents({ snapshot, sources, now }: Making): readonly StoredIncident[] {
  const { past } = sources;
  return past === null ? snapshot.incidents : past.history.incidents({ since: now - shownMs, limit: shownIncidents });
}

/** The view of the list of incidents. */
export function incidentsPage(made: Making): IncidentsPage {
  const rows = listedIncidents(made)
    .map((incident) => rowOfIncident(made, incident))
    .toSorted((one, other) => other.from.ms - one.from.ms);
  const { language, host } = made.snapshot;
  const month = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: host.timezone });
  const past = Map.groupBy(
    rows.filter(({ to }) => to !== null),
    ({ from }) => sentence(month.format(from.ms)),
  );
  return {
    ...frameOfPast(made, made.say({ en: 'Incidents', nl: 'Storingen' })),
    whole: made.sources.past !== null,
    open: rows.filter(({ to }) => to === null),
    months: [...past].map(([title, incidents]) => ({ title, incidents })),
  };
}

/** One incident, by the names that its checks have now; one that is no longer watched goes by its id. */
export function rowOfIncident({ snapshot, now, moment, say }: Making, incident: StoredIncident): PastIncident {
  const { id, check, state, reason, from, to, detectedAt, affected } = incident;
  const nameOf = (one: string): string => snapshot.checks.find((each) => each.id === one)?.name ?? one;
  return {
    id,
    check,
    name: nameOf(check),
    state,
    stateWord: say(stateWords[state]),
    reason: sentence(reason),
    from: moment(from),
    to: to === null ? null : moment(to),
    ms: Math.max(0, (to ?? now) - from),
    detectMs: detectedAt === null ? null : Math.max(0, detectedAt - from),
    affected: affected.map(nameOf),
  };
}
