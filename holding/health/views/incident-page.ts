import type { StoredIncident } from '../store/incidents.ts';
import type { History, IncidentEvent } from '../store/history.ts';
import type { PageFrame } from '../views.ts';
import { rowOfIncident, type PastIncident } from './incidents-page.ts';
import { frameOfPast, pathOf, type Making } from './page.ts';
import { sentence, type Moment } from './wording.ts';
import { OmegaError } from '#lib/errors.ts';

/** Everything that the page of one incident draws. */
export interface IncidentPage extends PageFrame {
  readonly incident: PastIncident;
  /** Of its check; null: it is watched no longer, and so has no page. */
  readonly checkPath: string | null;
  /** In the order in which it happened. */
  readonly timeline: readonly TimelineRow[];
  /** False: the records of the past cannot be read, and only what the last look told is here. */
  readonly whole: boolean;
}

export interface TimelineRow {
  readonly at: Moment;
  /** Since its beginning. */
  readonly afterMs: number;
  /** `waiting`: an alert about it that did not get through yet. */
  readonly kind: IncidentEvent['kind'] | 'waiting';
  readonly text: string;
}

/** So many alerts are looked through for those about one incident. */
const newestAlerts = 500;

/** The view of one incident's page. */
export function incidentPage(made: Making, id: number): IncidentPage {
  const { snapshot, sources } = made;
  const kept = sources.past?.history.incident(id) ?? null;
  const incident = kept?.incident ?? snapshot.incidents.find((each) => each.id === id);
  if (incident === undefined) {
    throw new OmegaError(`Incident ${id} is no longer among the records`, { code: 'E_PAGE' });
  }
  const row = rowOfIncident(made, incident);
  const waiting = sources.past === null ? [] : waitingAlerts(sources.past.history, id);
  const events = [...completed(kept?.events ?? [], incident), ...waiting].toSorted((one, other) => one.at - other.at);
  return {
    ...frameOfPast(made, `${row.name}: ${row.stateWord}`),
    incident: row,
    checkPath: snapshot.checks.some(({ id: watched }) => watched === incident.check)
      ? pathOf('checks', incident.check)
      : null,
    timeline: events.map(({ at, kind, text }) => ({
      at: made.moment(at),
      afterMs: Math.max(0, at - incident.from),
      kind,
      text: sentence(text),
    })),
    whole: kept !== null,
  };
}

/** What the incident itself tells stands in its timeline also where no event was kept of it. */
function completed(events: readonly IncidentEvent[], incident: StoredIncident): readonly IncidentEvent[] {
  const { from, detectedAt, to, reason } = incident;
  const known: readonly (IncidentEvent | null)[] = [
    { kind: 'failing', at: from, text: reason },
    detectedAt === null ? null : { kind: 'detected', at: detectedAt, text: '' },
    to === null ? null : { kind: 'ended', at: to, text: '' },
  ];
  const kinds = new Set(events.map(({ kind }) => kind));
  return [...known.flatMap((event) => (event === null || kinds.has(event.kind) ? [] : [event])), ...events];
}

function waitingAlerts(history: History, incident: number): { at: number; kind: 'waiting'; text: string }[] {
  return history
    .alerts(newestAlerts)
    .filter(({ alert }) => alert.incident === incident)
    .flatMap(({ deliveries }) => deliveries)
    .flatMap(({ channel, triedAt, deliveredAt, error }) =>
      deliveredAt === null ? [{ at: triedAt, kind: 'waiting', text: `${channel}: ${error ?? '–'}` } as const] : [],
    );
}
