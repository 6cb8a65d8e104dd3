import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf, OmegaError } from '#lib/errors.ts';
import type { Language } from '#lib/language.ts';
import { cleanText } from '../../swarm/guard.ts';
import { exampleEnding, Report, ReportId } from './report.ts';

/** A report as lists show it. */
export interface ReportEntry {
  readonly id: string;
  readonly unit: string;
  readonly title: string;
  /** In which it is written. */
  readonly language: Language;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly engine: 'rules' | 'llm';
  /** How many claims it makes. */
  readonly claims: number;
  readonly example: boolean;
  /** In words, where its file cannot be read; all else is then guessed from the file's name and time. */
  readonly fault: string | null;
}

/** A report whole, as it was written. */
export interface StoredReport {
  readonly markdown: string;
  readonly report: Report;
}

/** A longer one was not written by Omega. */
const mostBytes = 4 * 1024 * 1024;

interface ReportFile {
  readonly unit: string;
  readonly id: string;
  readonly path: string;
  readonly modifiedAt: number;
}

/** The newest reports of all units, the newest first; a broken one is among them, with its fault. */
export async function listReports(units: string, { limit }: { readonly limit: number }): Promise<ReportEntry[]> {
  const files = (await Promise.all((await unitsIn(units)).map((unit) => filesOf(units, unit)))).flat();
  const newest = files.toSorted((one, other) => other.modifiedAt - one.modifiedAt).slice(0, limit);
  const entries = await Promise.all(newest.map(entryOf));
  return entries.toSorted((one, other) => other.at - one.at || other.id.localeCompare(one.id));
}

/** A unit's newest report that is no example and can be read; null where there is none. */
export async function newestReport(units: string, unit: string): Promise<ReportEntry | null> {
  const files = (await filesOf(units, unit)).filter(({ id }) => !isExample(id));
  for (const file of files.toSorted((one, other) => other.modifiedAt - one.modifiedAt)) {
    const entry = await entryOf(file);
    if (entry.fault === null && !entry.example) return entry;
  }
  return null;
}

/**
 * One report, as Markdown and as data.
 * @throws OmegaError `E_NO_REPORT`, exit code 2, where there is none of this name; `E_BROKEN_REPORT` where it cannot be read.
 */
export async function readReport(units: string, unit: string, id: string): Promise<StoredReport> {
  if (!ReportId.safeParse(id).success || !ReportId.safeParse(unit).success) throw noReport(unit, id);
  const json = join(units, unit, 'reports', `${id}.json`);
  try {
    const report = await readJson(json);
    return { report, markdown: await readText(join(units, unit, 'reports', `${id}.md`)) };
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') throw noReport(unit, id);
    throw new OmegaError(`The report ${id} cannot be read`, {
      code: 'E_BROKEN_REPORT',
      hint: `Look at ${json}, or remove it.`,
      cause,
    });
  }
}

/** Removes a unit's example reports: the first real one takes their place. Says which. */
export async function removeExamples(units: string, unit: string): Promise<string[]> {
  const examples = (await filesOf(units, unit)).filter(({ id }) => id.endsWith(exampleEnding));
  for (const { path } of examples) {
    await rm(path, { force: true });
    await rm(path.replace(/json$/, 'md'), { force: true });
  }
  return examples.map(({ id }) => id);
}

async function unitsIn(units: string): Promise<string[]> {
  const names = await namesIn(units);
  return names.filter((name) => ReportId.safeParse(name).success);
}

async function filesOf(units: string, unit: string): Promise<ReportFile[]> {
  const folder = join(units, unit, 'reports');
  const ids = (await namesIn(folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter((id) => ReportId.safeParse(id).success);
  const files = await Promise.all(
    ids.map(async (id) => {
      const path = join(folder, `${id}.json`);
      const stats = await lstat(path).catch(goneIsNull);
      return stats?.isFile() === true ? { unit, id, path, modifiedAt: Math.trunc(stats.mtimeMs) } : null;
    }),
  );
  return files.filter((file) => file !== null);
}

/** A folder that is not there has nothing in it. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return [];
    throw error;
  }
}

function goneIsNull(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}

async function entryOf({ unit, id, path, modifiedAt }: ReportFile): Promise<ReportEntry> {
  try {
    const { title, language, generatedAt: at, engine, claims, example } = await readJson(path);
    return { id, unit, title: cleanText(title), language, at, engine, claims: claims.length, example, fault: null };
  } catch (error) {
    const fault = `it cannot be read: ${cleanText(messageOf(error)).slice(0, 200)}`;
    const guess = { title: id, language: 'en', engine: 'rules', claims: 0, example: isExample(id) } as const;
    return { id, unit, ...guess, at: modifiedAt, fault };
  }
}

function isExample(id: string): boolean {
  return id.endsWith(exampleEnding);
}

async function readJson(path: string): Promise<Report> {
  return Report.parse(JSON.parse(await readText(path)));
}

/** A link could lead anywhere, and a huge file could fill the memory of whoever lists. */
async function readText(path: string): Promise<string> {
  const stats = await lstat(path);
  if (!stats.isFile()) throw new OmegaError('it is no file', { code: 'E_NO_FILE' });
  if (stats.size > mostBytes) throw new OmegaError(`it is larger than ${mostBytes} bytes`, { code: 'E_TOO_LARGE' });
  return readFile(path, 'utf8');
}

function noReport(unit: string, id: string): OmegaError {
  return new OmegaError(
    `There is no report ${cleanText(id).slice(0, 80)} of the unit ${cleanText(unit).slice(0, 80)}.`,
    {
      code: 'E_NO_REPORT',
      hint: 'npm run reports -- list names those that there are.',
      permanent: true,
      exitCode: 2,
    },
  );
}
