import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { AlertStanding } from '../check.ts';

/** What an alert can be about; see the design of `alert` in the schema. */
export const alertKinds = ['opened', 'again', 'ended', 'flapping', 'settled', 'gap'] as const;

/** What the owner is to be told, as a heartbeat writes it down. */
export interface NewAlert {
  readonly kind: (typeof alertKinds)[number];
  /** The cause; null of a gap. */
  readonly check: string | null;
  readonly incident: number | null;
  /** Milliseconds since the epoch at which it was decided. */
  readonly at: number;
  /** Not to be told before: the end of the quiet hours, or of a snooze. */
  readonly due: number;
  /** Whether it may make a noise. */
  readonly sound: boolean;
  readonly title: string;
  readonly body: string;
}

/** One that was written down. */
export interface Alert extends NewAlert {
  readonly id: number;
}

/** An alert and how one channel fared with it. */
export interface Delivery {
  readonly alert: number;
  readonly channel: string;
  readonly attempts: number;
  readonly triedAt: number;
  /** Null: not yet. */
  readonly deliveredAt: number | null;
  readonly error: string | null;
}

/** The tables of alerts and of their deliveries in an open database. */
export interface Alerts {
  /** Within the transaction of the flip. Returns its id. */
  readonly add: (alert: NewAlert) => number;
  /** Within a transaction too: one that nobody was told yet is to be told otherwise, or earlier. */
  readonly amend: (alert: Pick<Alert, 'id' | 'kind' | 'due' | 'sound' | 'title' | 'body'>) => void;
  /** Of each check that was told to flap, and not yet that it settled: that alert. */
  readonly flapping: () => ReadonlyMap<string, Alert>;
  /** Those that are not due yet and that nobody was told, in the order in which they will be. */
  readonly waiting: (now: number) => readonly Alert[];
  /** Due and not delivered by this channel, oldest first, at most 100. One that is new is not told the past. */
  readonly dueFor: (channel: string, now: number) => readonly Alert[];
  /** Its attempts that did not succeed yet, oldest first. */
  readonly triedBy: (channel: string) => readonly Delivery[];
  readonly record: (delivery: Delivery) => void;
  readonly deliveries: (alert: number) => readonly Delivery[];
  /** What is due since a while, or was tried in vain, and not delivered by every one of these channels; and why. */
  readonly standing: (channels: readonly string[], now: number) => AlertStanding;
  /** The newest first. */
  readonly newest: (limit: number) => readonly Alert[];
  /** The last one about a check or an incident; null: none. */
  readonly lastOf: (of: { readonly check: string } | { readonly incident: number }) => Alert | null;
  /** Also those of incidents that went. Returns how many went. */
  readonly deleteBefore: (time: number) => number;
}

/**
 * Not delivered by the channel `:channel`. What was told before that channel was there is not told by it any more: it
 * was, if others told it and this one had not begun.
 */
const owes = `
  NOT EXISTS (SELECT 1 FROM delivery AS own WHERE own.alert = alert.id AND own.channel = :channel AND delivered > 0)
  AND (alert.id >= (SELECT min(first.alert) FROM delivery AS first WHERE first.channel = :channel)
    OR NOT EXISTS (SELECT 1 FROM delivery AS any_one WHERE any_one.alert = alert.id AND delivered > 0))`;

/** One that is due only so long is under way. */
const patienceMs = 90_000;

const columns = `alert.id, kind, watched.name AS "check", incident, at, due, sound, title, body`;
const from = 'FROM alert LEFT JOIN watched ON watched.id = alert.watched';

const AlertRow = z.object({
  id: z.number(),
  kind: z.enum(alertKinds),
  check: z.string().nullable(),
  incident: z.number().nullable(),
  at: z.number(),
  due: z.number(),
  sound: z.number().transform(Boolean),
  title: z.string(),
  body: z.string(),
});

const OwedRow = z.object({ id: z.number(), due: z.number() });

const DeliveryRow = z.object({
  alert: z.number(),
  channel: z.string(),
  attempts: z.number(),
  triedAt: z.number(),
  deliveredAt: z.number().nullable(),
  error: z.string().nullable(),
});

/** Prepares the statements. */
export function alertsIn(db: DatabaseSync): Alerts {
  const insert = db.prepare(`
    INSERT INTO alert (kind, watched, incident, at, due, sound, title, body)
    VALUES (?, (SELECT id FROM watched WHERE name = ?), ?, ?, ?, ?, ?, ?)`);
  const amend = db.prepare('UPDATE alert SET kind = ?, due = ?, sound = ?, title = ?, body = ? WHERE id = ?');
  const flapping = db.prepare(`
    SELECT ${columns} ${from} WHERE kind = 'flapping' AND alert.id IN
      (SELECT max(id) FROM alert WHERE kind IN ('flapping', 'settled') GROUP BY watched)`);
  const waiting = db.prepare(`SELECT ${columns} ${from} WHERE due > ?
    AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.alert = alert.id) ORDER BY due, alert.id`);
  const due = db.prepare(`SELECT ${columns} ${from} WHERE due <= :now AND ${owes} ORDER BY alert.id LIMIT 100`);
  const tried = db.prepare(`
    SELECT alert, channel, attempts, tried AS triedAt, delivered AS deliveredAt, error FROM delivery
    WHERE channel = ? AND delivered IS NULL ORDER BY alert`);
  const owed = db.prepare(`
    SELECT alert.id, due FROM alert WHERE ${owes} AND (due <= :now - ${patienceMs} OR due <= :now AND EXISTS
      (SELECT 1 FROM delivery AS vain WHERE vain.alert = alert.id AND vain.channel = :channel AND error IS NOT NULL))`);
  const record = db.prepare('INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, ?, ?)');
  const deliveries = db.prepare(`
    SELECT alert, channel, attempts, tried AS triedAt, delivered AS deliveredAt, error FROM delivery WHERE alert = ?`);
  const newest = db.prepare(`SELECT ${columns} ${from} ORDER BY alert.id DESC LIMIT ?`);
  const lastOfCheck = db.prepare(`SELECT ${columns} ${from} WHERE watched.name = ? ORDER BY alert.id DESC LIMIT 1`);
  const lastOfIncident = db.prepare(`SELECT ${columns} ${from} WHERE incident = ? ORDER BY alert.id DESC LIMIT 1`);
  const deleteRows = db.prepare(`
    DELETE FROM alert WHERE at < ? OR (incident IS NOT NULL AND incident NOT IN (SELECT id FROM incident))`);
  const deleteDeliveries = db.prepare('DELETE FROM delivery WHERE alert NOT IN (SELECT id FROM alert)');
  return {
    add: ({ kind, check, incident, at, due: dueAt, sound, title, body }) =>
      Number(insert.run(kind, check, incident, at, dueAt, Number(sound), title, body).lastInsertRowid),
    amend: ({ id, kind, due: dueAt, sound, title, body }) =>
      void amend.run(kind, dueAt, Number(sound), title, body, id),
    flapping: () =>
      new Map(
        flapping
          .all()
          .map((row) => AlertRow.parse(row))
          .map((one) => [one.check ?? '', one]),
      ),
    waiting: (now) => waiting.all(now).map((row) => AlertRow.parse(row)),
    triedBy: (channel) => tried.all(channel).map((row) => DeliveryRow.parse(row)),
    standing(channels, now) {
      const rows = channels.flatMap((channel) => owed.all({ channel, now }).map((row) => OwedRow.parse(row)));
      const failed = channels
        .flatMap((channel) => tried.all(channel).map((row) => DeliveryRow.parse(row)))
        .filter(({ error }) => error !== null)
        .toSorted((one, other) => other.triedAt - one.triedAt);
      return {
        undelivered: new Set(rows.map(({ id }) => id)).size,
        oldestDueAt: rows.length === 0 ? null : Math.min(...rows.map((row) => row.due)),
        fault: failed[0]?.error ?? null,
      };
    },
    dueFor: (channel, now) => due.all({ channel, now }).map((row) => AlertRow.parse(row)),
    record: ({ alert, channel, attempts, triedAt, deliveredAt, error }) =>
      void record.run(alert, channel, attempts, triedAt, deliveredAt, error),
    deliveries: (alert) => deliveries.all(alert).map((row) => DeliveryRow.parse(row)),
    newest: (limit) => newest.all(limit).map((row) => AlertRow.parse(row)),
    lastOf: (of) => {
      const row = 'check' in of ? lastOfCheck.get(of.check) : lastOfIncident.get(of.incident);
      return row === undefined ? null : AlertRow.parse(row);
    },
    deleteBefore: (time) => {
      const { changes } = deleteRows.run(time);
      deleteDeliveries.run();
      return Number(changes);
    },
  };
}
