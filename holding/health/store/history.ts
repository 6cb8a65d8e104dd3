import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Flip } from '../health.ts';
import type { State } from '../snapshot.ts';
import { alertsIn, type Alert, type Delivery } from './alerts.ts';
import { openForReading } from './database.ts';
import { flipsIn } from './flips.ts';
import { incidentsIn, type StoredIncident } from './incidents.ts';
import { pastSpansIn } from './past-spans.ts';

/** A window of time in milliseconds since the epoch; `to` is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where the time of a span went: milliseconds by state, which add up to the span exactly. */
export interface SpanTimes extends Span {
  readonly times: ReadonlyMap<State, number>;
}

/** How long answers took in a span, in milliseconds, each accurate to 5 %; null: none was measured. */
export interface Latency {
  readonly looks: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface SpanLatency extends Span {
  readonly latency: Latency | null;
}

/** Something that happened in the course of an incident. */
export interface IncidentEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: 'failing' | 'detected' | 'affected' | 'told' | 'seen' | 'changed' | 'ended';
  readonly text: string;
}

/** The past, as pages, commands and the feed read it; also beside the worker. */
export interface History {
  /** Every id that was ever watched. */
  readonly checks: () => readonly string[];
  /** Of one check, in the order in which they happened: all since a time, and the one in force then. */
  readonly flips: (check: string, since: number) => readonly Flip[];
  /** A window cut at the hours or days (UTC) within it, oldest first. */
  readonly times: (check: string, window: Span, by: 'hour' | 'day') => readonly SpanTimes[];
  readonly latencies: (check: string, window: Span, by: 'hour' | 'day') => readonly SpanLatency[];
  /** Over a whole window. */
  readonly latency: (check: string, window: Span) => Latency | null;
  /** Open ones and those that ended since a time, the newest first. */
  readonly incidents: (filter: {
    readonly since: number;
    readonly check?: string;
    readonly limit: number;
  }) => readonly StoredIncident[];
  /** Null: there is none of that number. */
  readonly incident: (
    id: number,
  ) => { readonly incident: StoredIncident; readonly events: readonly IncidentEvent[] } | null;
  /** The newest first, each with its deliveries. */
  readonly alerts: (limit: number) => readonly { readonly alert: Alert; readonly deliveries: readonly Delivery[] }[];
  /** Times without a heartbeat since a time, oldest first. */
  readonly gaps: (since: number) => readonly Span[];
}

const Gap = z.object({ from: z.number(), to: z.number() });

/** Reads the past in an open database. */
export function historyIn(db: DatabaseSync): History {
  const [flips, spans, incidents, alerts] = [flipsIn(db), pastSpansIn(db), incidentsIn(db), alertsIn(db)];
  const names = db.prepare('SELECT name FROM watched ORDER BY name');
  const number = db.prepare('SELECT id FROM watched WHERE name = ?');
  const gaps = db.prepare('SELECT began AS "from", ended AS "to" FROM gap WHERE ended >= ? ORDER BY began');
  /** No check has the number 0, and so it has no history. */
  const numberOf = (check: string): number => Number(number.get(check)?.['id'] ?? 0);
  return {
    checks: () => names.all().map(({ name }) => String(name)),
    flips: flips.of,
    times: (check, window, by) => spans.times(numberOf(check), window, by),
    latencies: (check, window, by) => spans.latencies(numberOf(check), window, by),
    latency: (check, window) => spans.latency(numberOf(check), window),
    incidents: incidents.find,
    incident: (id) => {
      const incident = incidents.one(id);
      return incident === null ? null : { incident, events: incidents.events(id) };
    },
    alerts: (limit) => alerts.newest(limit).map((alert) => ({ alert, deliveries: alerts.deliveries(alert.id) })),
    gaps: (since) => gaps.all(since).map((row) => Gap.parse(row)),
  };
}

/** Reads the past beside the worker. @throws OmegaError where there is none yet, or one of another Omega. */
export function openHistory(path: string): History & Disposable {
  const db = openForReading(path);
  return { ...historyIn(db), [Symbol.dispose]: () => db.close() };
}
