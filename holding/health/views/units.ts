import type { Snapshot, UnitView } from '../snapshot.ts';
import { pathOf } from './page.ts';
import { sentence, type Moment, type MomentOf } from './wording.ts';

export interface UnitRow {
  readonly id: string;
  readonly name: string;
  /** Of its page; null: it has none. */
  readonly path: string | null;
  readonly mandate: UnitView['mandate']['state'];
  readonly budgets: readonly BudgetRow[];
  /** Null: none yet. */
  readonly lastReport: Moment | null;
}

export interface BudgetRow {
  readonly what: string;
  readonly used: number;
  readonly limit: number;
  /** Never below nothing. */
  readonly left: number;
  /** From 0 to 1, also where more was used than was given. */
  readonly share: number;
}

/** What a unit did last. */
export interface LastActionView {
  readonly at: Moment;
  readonly unit: string;
  readonly what: string;
}

/** The business units; null: could not be asked. */
export function unitsOf({ units }: Snapshot, moment: MomentOf): UnitRow[] | null {
  if (units === null) return null;
  return units.map(({ id, name, mandate, budgets, lastReportAt }) => ({
    id,
    name,
    path: pathOf('units', id),
    mandate: mandate.state,
    budgets: budgets.map(budgetRow),
    lastReport: lastReportAt === null ? null : moment(lastReportAt),
  }));
}

/** How much of one bound is used. */
export function budgetRow({ what, used, limit }: UnitView['budgets'][number]): BudgetRow {
  return { what: sentence(what), used, limit, left: Math.max(0, limit - used), share: Math.min(1, used / limit) };
}

/** Null: nothing yet. */
export function lastActionOf({ lastAction }: Snapshot, moment: MomentOf): LastActionView | null {
  return lastAction === null ? null : { at: moment(lastAction.at), unit: lastAction.unit, what: lastAction.what };
}
