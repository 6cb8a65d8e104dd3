import { usageError } from '#lib/errors.ts';
import { plainReport } from '#holding/report/render.ts';
import { listReports, readReport, type ReportEntry } from '#holding/report/store.ts';
import { paint, printJson, runCommand } from './command.ts';
import { readPlace } from './settings.ts';
import { printTable, when } from './table.ts';

const nothingYet = `There is no report yet. See one at once, from documents that come with Omega:
  npm run job:trend-report -- --inline --input '{"demo":true}'
Your own comes each morning at half past six, or now: npm run job:trend-report
`;

await runCommand({
  name: 'npm run reports',
  summary: 'what the units found out',
  help: [
    ['-- list', 'the newest first; --limit N, 20 unless said'],
    ['-- show [ID]', 'one of them, the newest unless named'],
    ['-- … --json', 'for scripts'],
  ],
  options: { json: { type: 'boolean' }, limit: { type: 'string' } },
  run: async ({ positionals: [verb = 'list', id], values }) => {
    const { paths } = readPlace();
    if (verb === 'list') return list(paths.units, { limit: toLimit(values.limit), json: values.json === true });
    if (verb === 'show') return show(paths.units, { id, json: values.json === true });
    throw usageError(`There is no “npm run reports -- ${verb}”.`, 'npm run reports -- --help lists what there is.');
  },
});

async function list(units: string, { limit, json }: { limit: number; json: boolean }): Promise<void> {
  const reports = await listReports(units, { limit });
  if (json) return printJson(reports);
  if (reports.length === 0) return void process.stdout.write(nothingYet);
  printTable(
    ['report', 'unit', 'made', 'claims', ''],
    reports.map((report) => [paint('bold', report.id), report.unit, when(report.at), report.claims, remark(report)]),
  );
  process.stdout.write('npm run reports -- show ID shows one.\n');
}

function remark({ fault, example, title }: ReportEntry): string {
  if (fault !== null) return paint('red', fault);
  return example ? paint('yellow', 'an example, of nothing of yours') : title;
}

async function show(units: string, { id, json }: { id: string | undefined; json: boolean }): Promise<void> {
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
