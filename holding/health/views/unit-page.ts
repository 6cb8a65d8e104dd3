import type { UnitView } from '../snapshot.ts';
import type { PageFrame, ReportRow } from '../views.ts';
import { frameOfPast, pathOf, type Making } from './page.ts';
import { reportRows } from './reports-page.ts';
import { runRow, type RunRow } from './run-row.ts';
import { budgetRow, type BudgetRow } from './units.ts';
import { sentence, type Moment } from './wording.ts';

/** Everything that the page of one business unit draws. */
export interface UnitPage extends PageFrame {
  readonly unit: {
    readonly id: string;
    readonly name: string;
    readonly mandate: {
      readonly state: UnitView['mandate']['state'];
      readonly reason: string;
      /** Null: it has no end, or none that is known. */
      readonly expires: Moment | null;
    };
    readonly budgets: readonly BudgetRow[];
    readonly lastReport: Moment | null;
  };
  /** Of the check that watches it; null: none does. */
  readonly checkPath: string | null;
  /** Null: could not be read. */
  readonly reports: readonly ReportRow[] | null;
  /** The newest of its jobs; null: the records of runs cannot be read. */
  readonly runs: readonly RunRow[] | null;
  readonly jobs: readonly string[];
}

const shownReports = 10;
const shownRuns = 20;

/** The view of one business unit's page. */
export function unitPage(made: Making, unit: UnitView): UnitPage {
  const { snapshot, sources, moment } = made;
  const { id, name, mandate, lastReportAt } = unit;
  const check = snapshot.checks.find((each) => each.id === `unit-${id}`);
  const jobs = sources.unitJobs[id] ?? [];
  return {
    ...frameOfPast(made, name),
    unit: {
      id,
      name,
      mandate: {
        state: mandate.state,
        reason: sentence(mandate.reason),
        expires: mandate.expiresAt === null ? null : moment(mandate.expiresAt),
      },
      budgets: unit.budgets.map(budgetRow),
      lastReport: lastReportAt === null ? null : moment(lastReportAt),
    },
    checkPath: check === undefined ? null : pathOf('checks', check.id),
    reports: reportRows(made, sources.reports?.filter((report) => report.unit === id) ?? null, shownReports),
    runs: runsOf(made, jobs),
    jobs,
  };
}

function runsOf(made: Making, jobs: readonly string[]): RunRow[] | null {
  const { past } = made.sources;
  if (past === null) return null;
  return jobs
    .flatMap((job) => past.runs.history({ job, limit: shownRuns }))
    .toSorted((one, other) => other.startedAt - one.startedAt)
    .slice(0, shownRuns)
    .map((run) => runRow(made, run));
}
