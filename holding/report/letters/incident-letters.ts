import type { StoredIncident } from '../../health/store/incidents.ts';
import { incidentPage } from '../../health/views/incident-page.ts';
import { incidentLetter } from './incident-letter.ts';
import { letterAgeMs, type DueLetter, type LetterSource } from './source.ts';
import { standingAt, type StandingSources } from './standing.ts';

const minuteMs = 60_000;
/** A shorter one is told by its alert and in the digest. */
const leastMs = 5 * minuteMs;
/** So long after its end, so that what was told of the end stands in it. */
const settleMs = 2 * minuteMs;
/** One that goes on for so long is worth a letter before it is over. */
const longMs = 120 * minuteMs;
const mostIncidents = 100;

/** A letter an incident when it is over, and one before where it goes on for long. */
export function createIncidentLetters(sources: StandingSources): LetterSource {
  return {
    kind: 'incident',
    due: async (now) => {
      const since = now - letterAgeMs - settleMs;
      const found = sources.store.history.incidents({ since, limit: mostIncidents });
      return found.flatMap(dueOf).filter(({ at }) => at <= now);
    },
    write: async (name, now, signal) => {
      const [, digits] = /^([1-9]\d{0,14})(?:\/open)?$/.exec(name) ?? [];
      const id = Number(digits);
      if (digits === undefined || sources.store.history.incident(id) === null) return null;
      const { made } = await standingAt(now, sources);
      signal.throwIfAborted();
      return incidentLetter(incidentPage(made, id), { writing: sources.writing, now });
    },
  };
}

function dueOf({ id, from, to }: StoredIncident): readonly DueLetter[] {
  if (to === null) return [{ name: `${id}/open`, at: from + longMs }];
  return to - from < leastMs ? [] : [{ name: String(id), at: to + settleMs }];
}
