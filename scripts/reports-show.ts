import { plainReport } from '#holding/report/trend/plain-report.ts';
import { listReports, readReport, type ReportEntry } from '#holding/report/trend/store.ts';
import { usageError } from '#lib/errors.ts';
import { paint, printJson } from './command.ts';
import { requireNoMore, type Use } from './reports-by-hand.ts';
import { listSealed } from './reports-ledger.ts';
import { readPlace } from './settings.ts';
import { printTable, when } from './table.ts';

const nothingYet = `There is no report yet. See one at once, from documents that come with Omega:
  npm run job:trend-report -- --inline --input '{"demo":true}'
Your own comes each morning at half past six, or now: npm run job:trend-report
`;

/** The newest first; with `--sealed` those that were sealed. */
export async function list({ words, values }: Use): Promise<void> {
  requireNoMore(words, 0);
  const limit = toLimit(values.limit);
  if (values.sealed) return listSealed({ limit, json: values.json });
  const reports = await listReports(readPlace().paths.units, { limit });
  if (values.json) return printJson(reports);
  if (reports.length === 0) return void process.stdout.write(nothingYet);
  printTable(
    ['report', 'unit', 'made', 'claims', ''],
    reports.map((report) => [paint('bold', report.id), report.unit, when(report.at), report.claims, remark(report)]),
  );
  process.stdout.write('npm run reports -- show ID shows one; -- list --sealed those that were sealed for you.\n');
}

function remark({ fault, example, title }: ReportEntry): string {
  if (fault !== null) return paint('red', fault);
  return example ? paint('yellow', 'an example, of nothing of yours') : title;
}

/** One of them, the newest unless named. */
export async function show({ words, values: { json } }: Use): Promise<void> {
  requireNoMore(words, 1);
  const [id] = words;
  const { units } = readPlace().paths;
  const reports = await listReports(units, { limit: Number.MAX_SAFE_INTEGER });
  const entry = id === undefined ? reports.find(({ fault }) => fault === null) : reports.find((one) => one.id === id);
  if (entry === undefined && reports.length === 0 && id === undefined) {
    if (json) return printJson(null);
    return void process.stdout.write(nothingYet);
  }
  if (entry === undefined) throw usageError(`There is no report ${id ?? ''}.`, 'npm run reports -- list names them.');
  const { report, markdown } = await readReport(units, entry.unit, entry.id);
  if (json) return printJson(report);
  process.stdout.write(plainReport(markdown));
}

function toLimit(text = '20'): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw usageError(`--limit ${text} is no number.`, 'Write a whole number from 1.');
}
