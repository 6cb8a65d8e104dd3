import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Flip } from '../health.ts';
import { states, type Incident } from '../snapshot.ts';
import { alertKinds } from './alerts.ts';
import type { IncidentEvent } from './history.ts';
import { keyBase, keyOf } from './observations.ts';

/** An incident as stored: by the ids of checks, without their names. */
export type StoredIncident = Omit<Incident, 'name'>;

/** An incident and what the owner was told of it last; null: nothing yet. */
export interface ToldIncident {
  readonly incident: StoredIncident;
  readonly told: {
    readonly alert: number;
    readonly kind: (typeof alertKinds)[number];
    readonly at: number;
    readonly due: number;
  } | null;
}

/** The tables of incidents and of their course. All but `list` belong into the transaction of a heartbeat. */
export interface Incidents {
  /** Opens one with a check that goes down, and closes it with one that is known to work or to be set up no more. */
  readonly follow: (watched: number, flip: Flip, decidedAt: number) => void;
  /** Makes up for a flip that could not be written down. Nothing where the check has an open one. */
  readonly open: (check: string, opening: Pick<Incident, 'from' | 'reason'> & { readonly detectedAt: number }) => void;
  readonly end: (id: number, at: number) => void;
  readonly setAffected: (id: number, affected: readonly string[]) => void;
  readonly note: (id: number, event: IncidentEvent) => void;
  /** The owner saw an alert of it: the first time counts. False: it is about no incident, or long gone. */
  readonly seen: (alert: number, at: number) => boolean;
  /** Of one incident, in the order in which they happened. */
  readonly events: (id: number) => readonly IncidentEvent[];
  /** How often the looks at a check changed what they found, since a time. */
  readonly changes: (check: string, since: number) => number;
  /** Open ones, and those that ended since a time without that being told, oldest first. */
  readonly told: (since: number) => readonly ToldIncident[];
  /** Open ones, and those that ended since a time; the newest first, at most 50. */
  readonly list: (since: number) => readonly StoredIncident[];
  /** The same of one check or of all, at most so many. */
  readonly find: (filter: {
    readonly since: number;
    readonly check?: string;
    readonly limit: number;
  }) => readonly StoredIncident[];
  /** Null: there is none of that number. */
  readonly one: (id: number) => StoredIncident | null;
  /** Deletes those that ended before a time. Returns how many went. */
  readonly deleteBefore: (time: number) => number;
}

/** What ends an incident. Unknown, blocked or flapping time in between does not: it may be as broken as before. */
export const endings: ReadonlySet<string> = new Set(['up', 'degraded', 'off']);

const columns = `
  incident.id, name AS "check", state, began AS "from", ended AS "to", reason, detected AS detectedAt, affected`;

const IncidentRow = z.object({
  id: z.number(),
  check: z.string(),
  state: z.enum(states),
  from: z.number(),
  to: z.number().nullable(),
  reason: z.string(),
  detectedAt: z.number().nullable(),
  affected: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
});

const ToldRow = z.object({
  alert: z.number().nullable(),
  kind: z.enum(alertKinds).nullable(),
  toldAt: z.number().nullable(),
  due: z.number().nullable(),
});

const EventRow = z.object({
  at: z.number(),
  kind: z.enum(['failing', 'detected', 'affected', 'told', 'seen', 'changed', 'ended']),
  text: z.string(),
});

/** Prepares the statements. */
export function incidentsIn(db: DatabaseSync): Incidents {
  // One that goes on begins no later than what is added to it: the clock was set back.
  const open = db.prepare(`
    INSERT INTO incident (watched, began, state, reason, detected) VALUES (?, ?, 'down', ?, ?)
    ON CONFLICT (watched) WHERE ended IS NULL DO UPDATE SET began = min(began, excluded.began)`);
  const openOf = db.prepare(`
    INSERT OR IGNORE INTO incident (watched, began, state, reason, detected)
    SELECT id, ?, 'down', ?, ? FROM watched WHERE name = ?`);
  const close = db.prepare('UPDATE incident SET ended = max(began, ?) WHERE watched = ? AND ended IS NULL');
  const end = db.prepare('UPDATE incident SET ended = max(began, ?) WHERE id = ? AND ended IS NULL');
  const setAffected = db.prepare('UPDATE incident SET affected = ? WHERE id = ?');
  const insertEvent = db.prepare('INSERT INTO incident_event (incident, at, kind, text) VALUES (?, ?, ?, ?)');
  const insertSeen = db.prepare(`
    INSERT INTO incident_event (incident, at, kind, text)
    SELECT incident, :at, 'seen', '' FROM alert WHERE id = :alert AND incident IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM incident_event AS event WHERE event.incident = alert.incident AND event.kind = 'seen')`);
  const incidentOf = db.prepare('SELECT incident FROM alert WHERE id = ? AND incident IS NOT NULL');
  const events = db.prepare('SELECT at, kind, text FROM incident_event WHERE incident = ? ORDER BY at, id');
  const countChanges = db.prepare(`
    SELECT count(*) AS count FROM (
      SELECT status, lag(status) OVER (ORDER BY key) AS before FROM observation
      WHERE key >= :from AND (key & ${keyBase - 1}) = (SELECT id FROM watched WHERE name = :check))
    WHERE before <> status`);
  const told = db.prepare(`
    SELECT ${columns}, told.id AS alert, told.kind, told.at AS toldAt, told.due FROM incident
    JOIN watched ON watched.id = incident.watched
    LEFT JOIN alert AS told ON told.id = (SELECT max(id) FROM alert WHERE alert.incident = incident.id)
    WHERE incident.id IN (SELECT id FROM incident WHERE ended IS NULL UNION ALL SELECT id FROM incident WHERE ended >= ?)
    AND (ended IS NULL OR coalesce(told.kind, 'opened') IN ('opened', 'again')) ORDER BY incident.id`);
  const list = db.prepare(`
    SELECT ${columns} FROM incident JOIN watched ON watched.id = incident.watched
    WHERE ended IS NULL OR ended >= ? ORDER BY incident.id DESC LIMIT 50`);
  const find = db.prepare(`
    SELECT ${columns} FROM incident JOIN watched ON watched.id = incident.watched
    WHERE (ended IS NULL OR ended >= :since) AND (:check IS NULL OR name = :check) ORDER BY incident.id DESC LIMIT :limit`);
  const one = db.prepare(`
    SELECT ${columns} FROM incident JOIN watched ON watched.id = incident.watched WHERE incident.id = ?`);
  const deleteRows = db.prepare('DELETE FROM incident WHERE ended < ?');
  const deleteEvents = db.prepare('DELETE FROM incident_event WHERE incident NOT IN (SELECT id FROM incident)');

  return {
    follow(watched, { at, to, reason }, decidedAt) {
      if (to === 'down') open.run(watched, at, reason, decidedAt);
      if (endings.has(to)) close.run(at, watched);
    },
    open: (check, { from, reason, detectedAt }) => void openOf.run(from, reason, detectedAt, check),
    end: (id, at) => void end.run(at, id),
    setAffected: (id, affected) => void setAffected.run(JSON.stringify(affected), id),
    note: (id, { at, kind, text }) => void insertEvent.run(id, at, kind, text),
    seen: (alert, at) => {
      insertSeen.run({ alert, at });
      return incidentOf.get(alert) !== undefined;
    },
    events: (id) => events.all(id).map((row) => EventRow.parse(row)),
    changes: (check, since) => Number(countChanges.get({ check, from: keyOf(since) })?.['count']),
    told: (since) => told.all(since).map((row) => ({ incident: IncidentRow.parse(row), told: toldIn(row) })),
    list: (since) => list.all(since).map((row) => IncidentRow.parse(row)),
    find: ({ since, check = null, limit }) => find.all({ since, check, limit }).map((row) => IncidentRow.parse(row)),
    one: (id) => {
      const row = one.get(id);
      return row === undefined ? null : IncidentRow.parse(row);
    },
    deleteBefore(time) {
      const { changes } = deleteRows.run(time);
      deleteEvents.run();
      return Number(changes);
    },
  };
}

function toldIn(row: unknown): ToldIncident['told'] {
  const { alert, kind, toldAt, due } = ToldRow.parse(row);
  if (alert === null || kind === null || toldAt === null || due === null) return null;
  return { alert, kind, at: toldAt, due };
}
