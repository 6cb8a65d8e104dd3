import type { Language } from '#lib/language.ts';
import type { Snapshot, State } from '../snapshot.ts';
import { stateWords, type Moment, type MomentOf } from './wording.ts';

export interface IncidentRow {
  readonly id: number;
  readonly check: string;
  readonly name: string;
  readonly state: State;
  readonly stateWord: string;
  readonly from: Moment;
  /** Null: still open. */
  readonly to: Moment | null;
  readonly reason: string;
  /** Names of what had to wait for it. */
  readonly affected: readonly string[];
}

export interface ReportRow {
  readonly unit: string;
  readonly id: string;
  readonly title: string;
  /** In which it is written. */
  readonly language: Language;
  readonly at: Moment;
  readonly claims: number;
  /** Its file cannot be read. */
  readonly broken: boolean;
  /** Made of the documents that Omega brings along. */
  readonly example: boolean;
}

export interface JobRow {
  readonly name: string;
  readonly schedule: string;
  /** Null: never yet. */
  readonly lastSuccess: Moment | null;
  readonly lastOutcome: string | null;
  readonly lastDurationMs: number | null;
  readonly nextDue: Moment;
  /** No success by its deadline. */
  readonly overdue: boolean;
}

/** Open incidents first, then the newest. */
export function incidentsOf({ incidents, language }: Snapshot, moment: MomentOf): IncidentRow[] {
  return incidents
    .toSorted((a, b) => Number(a.to !== null) - Number(b.to !== null) || b.from - a.from)
    .map(({ id, check, name, state, reason, from, to, affected }) => ({
      id,
      check,
      name,
      state,
      stateWord: stateWords[state][language],
      reason,
      affected,
      from: moment(from),
      to: to === null ? null : moment(to),
    }));
}

/** The scheduled jobs, with what is overdue at `now`. */
export function jobsOf({ jobs }: Snapshot, now: number, moment: MomentOf): JobRow[] | null {
  if (jobs === null) return null;
  return jobs.map(({ name, schedule, lastSuccessAt, lastOutcome, lastDurationMs, nextDueAt, deadlineAt }) => ({
    name,
    schedule,
    lastSuccess: lastSuccessAt === null ? null : moment(lastSuccessAt),
    lastOutcome,
    lastDurationMs,
    nextDue: moment(nextDueAt),
    overdue: now > deadlineAt,
  }));
}

/** The newest reports. */
export function reportsOf({ reports }: Snapshot, moment: MomentOf): ReportRow[] | null {
  if (reports === null) return null;
  return reports.map(({ unit, id, title, language, at, claims, broken, example }) => ({
    unit,
    id,
    title,
    language,
    at: moment(at),
    claims,
    broken,
    example,
  }));
}
