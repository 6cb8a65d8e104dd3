import type { Snapshot } from '../snapshot.ts';
import { checkPage, type CheckPage } from './check-page.ts';
import { incidentPage, type IncidentPage } from './incident-page.ts';
import { incidentsPage, listedIncidents, type IncidentsPage } from './incidents-page.ts';
import { making, pathOf, type Making, type PageSources } from './page.ts';
import { reportsPage, type ReportsPage } from './reports-page.ts';
import { runsPage, type RunsPage } from './runs-page.ts';
import { unitPage, type UnitPage } from './unit-page.ts';

/** The view of any page besides the index. */
export type PageView = CheckPage | IncidentsPage | IncidentPage | UnitPage | RunsPage | ReportsPage;

/** A page besides the index, not yet made. */
export interface SitePage {
  /** Its address, and so the folder of its `index.html`: `/checks/redis/`. */
  readonly path: string;
  /** Made when it is asked for: it reads the records. */
  readonly view: () => PageView;
  /** Another text than when it was drawn last: something that it tells has changed since, besides the time. */
  readonly changesWith: string;
}

/** Every page besides the index, as it would be drawn now. A page that is no longer among them is to be removed. */
export function pages(snapshot: Snapshot, sources: PageSources, now: number): readonly SitePage[] {
  const made = making(snapshot, sources, now);
  return [...checkPages(made), ...incidentPages(made), ...unitPages(made), runs(made), reports(made)];
}

function checkPages(made: Making): SitePage[] {
  const { checks } = made.snapshot;
  const waiting = Map.groupBy(checks, ({ blockedBy }) => blockedBy);
  return checks.flatMap((check) => {
    const path = pathOf('checks', check.id);
    const blocks = (waiting.get(check.id) ?? []).map(({ id }) => id).join();
    const changesWith = `${check.state} ${check.since} ${check.blockedBy ?? ''} ${blocks}`;
    return path === null ? [] : [{ path, view: () => checkPage(made, check), changesWith }];
  });
}

function incidentPages(made: Making): SitePage[] {
  const incidents = listedIncidents(made);
  const list = incidents.map(({ id, to, state, affected }) => ({
    path: `/incidents/${id}/`,
    view: () => incidentPage(made, id),
    changesWith: `${state} ${to ?? ''} ${affected.length}`,
  }));
  const changesWith = list.map((page) => `${page.path} ${page.changesWith}`).join();
  return [{ path: '/incidents/', view: () => incidentsPage(made), changesWith }, ...list];
}

function unitPages(made: Making): SitePage[] {
  return (made.snapshot.units ?? []).flatMap((unit) => {
    const path = pathOf('units', unit.id);
    const used = unit.budgets.map((budget) => budget.used).join();
    const changesWith = `${unit.mandate.state} ${unit.lastReportAt ?? ''} ${used}`;
    return path === null ? [] : [{ path, view: () => unitPage(made, unit), changesWith }];
  });
}

function runs(made: Making): SitePage {
  const failed = (made.snapshot.jobs ?? []).map(({ name, lastOutcome }) => `${name} ${lastOutcome ?? ''}`);
  return { path: '/runs/', view: () => runsPage(made), changesWith: failed.join() };
}

function reports(made: Making): SitePage {
  const newest = made.sources.reports?.map(({ id }) => id).join() ?? 'unknown';
  const changesWith = `${newest} ${JSON.stringify(made.snapshot.outbox)}`;
  return { path: '/reports/', view: () => reportsPage(made), changesWith };
}
