import { join } from 'node:path';
import { codeOf } from '#lib/errors.ts';
import { feedHosts } from '../swarm/mandate-authorize.ts';
import { createCaller } from './caller.ts';
import { dayIn, type Day } from './days.ts';
import { readDocuments, type Collected } from './documents.ts';
import { openFeedWay } from './fetch-feed.ts';
import { readFeeds } from './feeds.ts';
import type { FoundFile } from './files.ts';
import { findingsOf } from './findings.ts';
import { renderReport } from './render.ts';
import { Report } from './report.ts';
import { searchTopics } from './search.ts';
import { openSightings } from './sightings.ts';
import { readReport, removeExamples } from './store.ts';
import { phraseOf } from './terms.ts';
import type { TrendDesk, TrendRequest, TrendsOptions } from './trends.ts';

/** Half of a run's time is for reading, so that there is time to write. */
const shareForReading = 0.5;
const exampleOnly = 'Only the shipped documents: this is an example';

/** Begins a report: nothing is read before it is sure that the mandate holds and that there is a place to write. */
export async function openDesk({ unit, demo, signal }: TrendRequest, options: TrendsOptions): Promise<TrendDesk> {
  const { hub, mandates, paths, clock, timezone, openEgress } = options;
  const mandate = await mandates.require(unit);
  const { folder: home, unit: shipped } = await mandates.standing(unit);
  const caller = createCaller({ hub, unit, run: `trend-report-${crypto.randomUUID()}`, mandate, signal });
  const reports = join(home, 'reports');
  await caller.call('filesystem.create_directory', { path: reports });

  const now = clock.now();
  const dayAt = dayIn(timezone);
  const today = dayAt(now);
  const end = clock.monotonic() + mandate.budget.wallMs * shareForReading;
  const sightings = openSightings(demo ? null : paths.trendsDb, now);
  const gaps: string[] = sightings.fault === null ? [] : [sightings.fault];
  const { topics, feeds } = mandate;
  const common = { caller, today, signal, topics: topics.map(phraseOf) };

  function keep({ items, gaps: found }: Collected): number {
    sightings.add(unit, items, today);
    gaps.push(...found);
    return items.length;
  }
  return {
    mandate: `${topics.length} topics, ${feeds.length} feeds, at most ${mandate.budget.toolCalls} tool calls`,
    readDocuments: async () => {
      const read = keep(
        await readDocuments({
          ...common,
          folder: demo ? shipped.example : join(home, 'documents'),
          home: demo ? shipped.example : home,
          dayOf: demo ? exampleDay(shipped.example, today) : ({ modifiedAt }) => dayAt(modifiedAt),
          isLate: () => clock.monotonic() > end,
        }),
      );
      if (read === 0)
        gaps.push(
          `No documents were read: put text (.md, .txt, .html, .csv) into units/${unit}/documents in the data folder.`,
        );
      return `${read} documents`;
    },
    readFeeds: async () => {
      if (demo) return exampleOnly;
      const hosts = feedHosts(mandate);
      await using egress = (await openEgress?.()) ?? null;
      await using way = openFeedWay({ hosts, proxy: egress?.urlFor(`feeds-${unit}`, hosts) ?? null });
      const read = keep(await readFeeds({ ...common, unit, feeds, way, sightings, dayOf: dayAt }));
      return `${read} items of ${feeds.length} feeds`;
    },
    searchTopics: async () =>
      demo ? exampleOnly : `${keep(await searchTopics({ ...common, hub, topics }))} results of searches`,
    compare: () => findingsOf({ unit, example: demo, today, now, topics, sightings, gaps }),
    write: async (report) => {
      const files = [`${report.id}.md`, `${report.id}.json`];
      const [markdown, json] = [renderReport(report), `${JSON.stringify(report, null, 2)}\n`];
      const changed = !(await isWritten(paths.units, report));
      if (changed) {
        await caller.call('filesystem.write_file', { path: join(reports, `${report.id}.md`), content: markdown });
        // The last one: it is by this file that a report is found.
        await caller.call('filesystem.write_file', { path: join(reports, `${report.id}.json`), content: json });
      }
      if (!report.example) await removeExamples(paths.units, unit);
      return { changed, files };
    },
    [Symbol.asyncDispose]: async () => sightings[Symbol.dispose](),
  };
}

/** The shipped documents lie in two folders, which stand for last week and this one. */
function exampleDay(folder: string, today: Day): (file: FoundFile) => Day {
  return ({ path }) => (path.startsWith(join(folder, 'earlier')) ? today - 8 : today);
}

/** A second run of a day that found the same leaves the first one's report, with the calls that its evidence names. */
async function isWritten(units: string, report: Report): Promise<boolean> {
  try {
    const stored = await readReport(units, report.unit, report.id);
    return essence(stored.report) === essence(report) && stored.markdown === renderReport(stored.report);
  } catch (error) {
    if (['E_NO_REPORT', 'E_BROKEN_REPORT'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

/** All but when it was made and which calls read the evidence. */
function essence(report: Report): string {
  const { claims, ...others } = Report.parse(report); // As it is stored: the same names in the same order.
  const found = claims.map(({ evidence, ...claim }) => [claim, evidence.map(({ url, sha256 }) => [url, sha256])]);
  return JSON.stringify([{ ...others, generatedAt: 0 }, found]);
}
