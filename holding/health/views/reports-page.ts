import type { ReportEntry } from '../monitor.ts';
import { dayMs } from '../store/timeline.ts';
import type { PageFrame, ReportRow } from '../views.ts';
import { frameOfPast, type Making } from './page.ts';
import { sealedView, type SealedView } from './sealed.ts';

/** Everything that the page of the reports draws: names and numbers, never what stands in one. */
export interface ReportsPage extends PageFrame {
  /** Null: could not be read. */
  readonly reports: readonly ReportRow[] | null;
  /** How many there are, examples apart; null likewise. */
  readonly numbers: {
    readonly made: number;
    readonly thisMonth: number;
    readonly trends: number;
    readonly unreadable: number;
    readonly examples: number;
  } | null;
  /** How many older ones are not listed. */
  readonly older: number;
  readonly sealed: SealedView;
}

const shownReports = 60;

/** The view of the page of the reports. */
export function reportsPage(made: Making): ReportsPage {
  const { reports } = made.sources;
  return {
    ...frameOfPast(made, made.say({ en: 'Reports', nl: 'Rapporten' })),
    reports: reportRows(made, reports, shownReports),
    numbers: reports === null ? null : numbersOf(reports, made.now),
    sealed: sealedView(made),
    older: Math.max(0, (reports?.length ?? 0) - shownReports),
  };
}

/** The newest reports, as they stand in a list. */
export function reportRows(
  { moment }: Pick<Making, 'moment'>,
  reports: readonly ReportEntry[] | null,
  limit: number,
): readonly ReportRow[] | null {
  if (reports === null) return null;
  return reports.slice(0, limit).map(({ unit, id, title, language, at, claims, fault, example }) => ({
    unit,
    id,
    title,
    language,
    at: moment(at),
    claims,
    broken: fault !== null,
    example,
  }));
}

function numbersOf(reports: readonly ReportEntry[], now: number): ReportsPage['numbers'] {
  const own = reports.filter(({ example }) => !example);
  const readable = own.filter(({ fault }) => fault === null);
  return {
    made: own.length,
    thisMonth: own.filter(({ at }) => at > now - 30 * dayMs).length,
    trends: readable.reduce((sum, { claims }) => sum + claims, 0),
    unreadable: own.length - readable.length,
    examples: reports.length - own.length,
  };
}
