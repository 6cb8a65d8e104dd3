import type { Language } from '#lib/language.ts';
import { listedIncidents, rowOfIncident, type PastIncident } from './incidents-page.ts';
import type { Making } from './page.ts';
import type { Moment } from './wording.ts';

/** Everything that the feed tells. */
export interface FeedView {
  readonly language: Language;
  /** Name of the machine. */
  readonly host: string;
  /** When a feed without an incident changed last. */
  readonly startedAt: Moment;
  /** Those that have a page. */
  readonly incidents: readonly PastIncident[];
}

/** The view of the feed. */
export function feedView(made: Making): FeedView {
  const { language, host } = made.snapshot;
  const incidents = listedIncidents(made).map((incident) => rowOfIncident(made, incident));
  return { language, host: host.name, startedAt: made.moment(host.startedAt), incidents };
}
