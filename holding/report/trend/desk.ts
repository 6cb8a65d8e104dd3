import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { ToolError } from '#mcp/tool-error.ts';
import { feedHosts } from '../../swarm/mandate-authorize.ts';
import { cleanText } from '../../swarm/guard.ts';
import { createCaller, type Caller } from './caller.ts';
import { dayIn, type Day } from './days.ts';
import { createRecollection } from './earlier.ts';
import { noDocumentsGap } from './document-gaps.ts';
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

/** Of a run's time documents have the first half, feeds and searches go on for longer; then there is time to write. */
const shareForDocuments = 0.5;
const shareForReading = 0.8;
/** Written at a time; in between the process answers others. */
const itemsAtOnce = 20;
const exampleOnly = 'Only the shipped documents: this is an example';

/** Begins a report: nothing is read before it is sure that the mandate holds and that there is a place to write. */
export async function openDesk({ unit, demo, signal }: TrendRequest, options: TrendsOptions): Promise<TrendDesk> {
  const { hub, mandates, paths, clock, timezone, language, memory, openEgress } = options;
  const mandate = await mandates.require(unit);
  const { folder: home, unit: shipped } = await mandates.standing(unit);
  const run = `trend-report-${crypto.randomUUID()}`;
  const caller = createCaller({ hub, unit, run, mandate, signal });
  const recollection = createRecollection({ open: demo ? null : memory, runId: run, signal });
  const reports = join(home, 'reports');
  await caller.call('filesystem.create_directory', { path: reports });

  const now = clock.now();
  const dayAt = dayIn(timezone);
  const today = dayAt(now);
  const { topics, feeds, budget } = mandate;
  const start = clock.monotonic();
  const msLeftOf = (share: number): number => start + budget.wallMs * share - clock.monotonic();
  const msLeft = (): number => msLeftOf(shareForReading);
  using opened = new DisposableStack();
  const sightings = opened.use(openSightings(demo ? null : paths.trendsDb, now));
  sightings.prune(unit, today, feeds);
  const gaps: Words[] = sightings.fault === null ? [] : [sightings.fault];
  const common = { caller, today, signal, topics: topics.map(phraseOf) };

  async function keep({ items, covers, gaps: found }: Collected): Promise<number> {
    for (let from = 0; from < items.length; from += itemsAtOnce) {
      sightings.add(unit, items.slice(from, from + itemsAtOnce), today);
      await setImmediate();
      signal.throwIfAborted();
    }
    sightings.cover(unit, covers);
    gaps.push(...found);
    return items.length;
  }
  const closing = opened.move();
  return {
    mandate: `${topics.length} topics, ${feeds.length} feeds, at most ${mandate.budget.toolCalls} tool calls`,
    readDocuments: async () => {
      const read = await keep(
        await readDocuments({
          ...common,
          folder: demo ? shipped.example : join(home, 'documents'),
          home: demo ? shipped.example : home,
          dayOf: demo ? exampleDay(shipped.example, today) : ({ modifiedAt }) => dayAt(modifiedAt),
          isLate: () => msLeftOf(shareForDocuments) <= 0,
        }),
      );
      if (read === 0) gaps.push(noDocumentsGap(unit));
      return `${read} documents`;
    },
    readFeeds: async () => {
      if (demo) return exampleOnly;
      const hosts = feedHosts(mandate);
      await using egress = (await openEgress?.()) ?? null;
      await using way = openFeedWay({ hosts, proxy: egress?.urlFor(`feeds-${unit}`, hosts) ?? null });
      const read = await keep(await readFeeds({ ...common, unit, feeds, way, sightings, dayOf: dayAt, msLeft }));
      return `${read} items of ${feeds.length} feeds`;
    },
    searchTopics: async () =>
      demo ? exampleOnly : `${await keep(await searchTopics({ ...common, hub, topics, msLeft }))} results of searches`,
    compare: async () =>
      recollection.recall(
        await findingsOf({ unit, language, example: demo, today, now, topics, sightings, gaps, signal }),
      ),
    write: async (report) => {
      const files = [`${report.id}.md`, `${report.id}.json`];
      const [markdown, json] = [renderReport(report), `${JSON.stringify(report, null, 2)}\n`];
      const changed = !(await isWritten(paths.units, report));
      if (changed) {
        await writeFile(caller, join(reports, `${report.id}.md`), markdown);
        // The last one: it is by this file that a report is found.
        await writeFile(caller, join(reports, `${report.id}.json`), json);
      }
      if (!report.example) await removeExamples(paths.units, unit);
      return { changed, files };
    },
    remember: recollection.remember,
    [Symbol.asyncDispose]: async () => closing[Symbol.dispose](),
  };
}

async function writeFile(caller: Caller, path: string, content: string): Promise<void> {
  try {
    await caller.call('filesystem.write_file', { path, content });
  } catch (cause) {
    if (!(cause instanceof ToolError) || cause.kind !== 'tool-error') throw cause;
    throw new OmegaError(`The report cannot be written to ${path}: ${cleanText(messageOf(cause))}`, {
      code: 'E_REPORT_WRITE',
      hint: 'Make room on the disk, or let Omega write there: npm run doctor looks at both.',
      cause,
    });
  }
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
