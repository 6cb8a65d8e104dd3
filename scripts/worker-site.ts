import { readFile, stat } from 'node:fs/promises';
import { Snapshot } from '#holding/health/snapshot.ts';
import type { HealthStore } from '#holding/health/store/store.ts';
import { indexView, type SitePage } from '#holding/health/views.ts';
import { feedView } from '#holding/health/views/feed.ts';
import { making, redrawnEveryMs, type PageSources, type SealedSource } from '#holding/health/views/page.ts';
import { pages } from '#holding/health/views/pages.ts';
import { listReports } from '#holding/report/trend/store.ts';
import type { Outbox } from '#holding/report/outbox.ts';
import type { Site } from '#jobs/omega.ts';
import type { Clock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import type { DataPaths } from '#lib/paths.ts';
import { readerFile } from '#site/reader-file.ts';
import { loadRenderer, type Renderer } from '#site/render.ts';
import { createSite, type SiteSource } from '#site/site.ts';

/** Where the pages' matter comes from. */
export interface WorkerSiteParts {
  readonly paths: DataPaths;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<HealthStore, 'history' | 'runs' | 'holds'>;
  /** The jobs that work for each unit, by its id. */
  readonly unitJobs: PageSources['unitJobs'];
  /** Left out: the page says that what was sealed is not known. */
  readonly outbox?: Pick<Outbox, 'parcels'>;
  /** The renderer that `npm run site:build` made, unless a test has one of its own. */
  readonly load?: () => Promise<Renderer>;
}

const minuteMs = 60_000;

/** Joins the site with the snapshot and the records that it shows. */
export function createWorkerSite({
  paths,
  clock,
  log,
  store,
  unitJobs,
  outbox,
  load = loadRenderer,
}: WorkerSiteParts): Site {
  const reports = lastingReports(paths.units, log);
  return createSite({
    folder: paths.site,
    load: () => load(),
    now: clock.now,
    everyMs: redrawnEveryMs - minuteMs, // A run comes each minute: so none is older than that when it is drawn again.
    read: async () => {
      const found = await readSnapshot(paths.snapshot);
      const now = clock.now();
      const sealed = await sealedOf(outbox, log);
      const sources = { past: store, reports: await reports(found.snapshot, now), sealed, unitJobs };
      return { ...found, ...shownOf(found.snapshot, { sources, now, log }) };
    },
  });
}

/** The ledger is read for the one page that shows it. */
async function sealedOf(outbox: WorkerSiteParts['outbox'], log: Log): Promise<() => SealedSource | null> {
  const readerSha256 = await readerFile().then(
    ({ sha256 }) => sha256,
    () => null, // Not built: the page says so.
  );
  return () => {
    try {
      return outbox === undefined ? null : { parcels: outbox.parcels(), readerSha256 };
    } catch (error) {
      log.error('the sealed reports cannot be read', { error });
      return null;
    }
  };
}

type Found = Pick<SiteSource, 'json' | 'isOld'> & { readonly snapshot: Snapshot };

async function readSnapshot(path: string): Promise<Found> {
  try {
    const { mtimeMs } = await stat(path);
    const json = await readFile(path, 'utf8');
    const isOld = async (): Promise<boolean> => (await stat(path)).mtimeMs !== mtimeMs;
    return { json, snapshot: Snapshot.parse(JSON.parse(json)), isOld };
  } catch (cause) {
    const none = codeOf(cause) === 'ENOENT';
    throw new OmegaError(
      `The page cannot be drawn: ${none ? 'there is no' : 'nothing can be read from the'} snapshot ${path}`,
      {
        code: 'E_SNAPSHOT',
        hint: 'npm run job:heartbeat writes one.',
        cause,
      },
    );
  }
}

interface Showing {
  readonly sources: PageSources;
  readonly now: number;
  readonly log: Log;
}

/** Where the records of the past cannot be read, the pages say so. */
function shownOf(
  snapshot: Snapshot,
  { sources, now, log }: Showing,
): Pick<SiteSource, 'view' | 'pages' | 'feed' | 'whole'> {
  const view = indexView(snapshot, now);
  try {
    const feed = feedView(making(snapshot, sources, now));
    return { view, feed, pages: pages(snapshot, sources, now), whole: sources.past !== null };
  } catch (error) {
    if (sources.past === null) throw error;
    log.error('the records of the past cannot be read', { error });
    const shown = shownOf(snapshot, { sources: { ...sources, past: null }, now, log });
    return { ...shown, pages: shown.pages.map(unread) };
  }
}

/** Once the records can be read again, that is a change. */
function unread({ path, view, changesWith }: SitePage): SitePage {
  return { path, view, changesWith: `unread ${changesWith}` };
}

/** More than anybody scrolls through. */
const mostReports = 1000;

/** All reports, which are many files: read again where the newest are others, and before each of their page's drawings. */
function lastingReports(units: string, log: Log): (snapshot: Snapshot, now: number) => Promise<PageSources['reports']> {
  let last: { readonly newest: string; readonly at: number; readonly reports: PageSources['reports'] } | undefined;
  return async (snapshot, now) => {
    const newest = JSON.stringify(snapshot.reports);
    if (last?.newest === newest && Math.abs(now - last.at) < redrawnEveryMs) return last.reports;
    try {
      last = { newest, at: now, reports: await listReports(units, { limit: mostReports }) };
      return last.reports;
    } catch (error) {
      log.error('the reports cannot be read', { error });
      return null;
    }
  };
}
