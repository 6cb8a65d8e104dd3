import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findingsOf } from '#holding/report/findings.ts';
import { openSightings } from '#holding/report/sightings.ts';
import { renderReport } from '#holding/report/render.ts';
import { listReports, readReport, removeExamples } from '#holding/report/store.ts';
import type { Report } from '#holding/report/report.ts';
import { temporaryFolder } from '../support/health.ts';

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder[Symbol.dispose]());

function reportOf(today: number, example = false): Report {
  using sightings = openSightings(null, 0);
  return findingsOf({
    unit: 'marketing',
    example,
    today,
    now: today * 86_400_000,
    topics: ['ai'],
    sightings,
    gaps: [],
  });
}

function place(name: string, content: string, at: number): void {
  const reports = join(folder.path, 'marketing', 'reports');
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, name), content);
  utimesSync(join(reports, name), at, at);
}

function keep(report: Report): void {
  const at = report.generatedAt / 1000;
  place(`${report.id}.json`, JSON.stringify(report), at);
  place(`${report.id}.md`, renderReport(report), at);
}

test('lists the newest first, as many as asked for', async () => {
  for (const today of [20_000, 20_002, 20_001]) keep(reportOf(today));
  const entries = await listReports(folder.path, { limit: 2 });
  expect(entries.map(({ id }) => id)).toEqual(['trend-2024-10-06', 'trend-2024-10-05']);
  expect(entries[0]).toMatchObject({ unit: 'marketing', engine: 'rules', claims: 0, example: false, fault: null });
});

test('is empty where there is no folder at all', async () => {
  expect(await listReports(join(folder.path, 'nowhere'), { limit: 9 })).toEqual([]);
});

test.each([
  ['no JSON', 'trend-x.json', '{'],
  ['another thing', 'trend-x.json', '{"id":"trend-x"}'],
  ['a giant', 'trend-x.json', ' '.repeat(5_000_000)],
])('names a broken file (%s) and lists the others', async (_why, name, content) => {
  keep(reportOf(20_000));
  place(name, content, 30_000 * 86_400);
  const entries = await listReports(folder.path, { limit: 9 });
  expect(entries.map(({ id, fault }) => [id, fault === null])).toEqual([
    ['trend-x', false],
    ['trend-2024-10-04', true],
  ]);
  await expect(readReport(folder.path, 'marketing', 'trend-x')).rejects.toMatchObject({ code: 'E_BROKEN_REPORT' });
});

test.each(['../mandate', '..', 'a/b', '/etc/passwd', 'trend\0', '', 'UPPER', 'x'.repeat(200)])(
  'there is no report of the name %j, wherever it leads',
  async (id) => {
    await expect(readReport(folder.path, 'marketing', id)).rejects.toMatchObject({ code: 'E_NO_REPORT', exitCode: 2 });
    await expect(readReport(folder.path, id, 'trend-2024-10-04')).rejects.toMatchObject({ code: 'E_NO_REPORT' });
  },
);

test('a link among the reports is not followed', async () => {
  keep(reportOf(20_000));
  const secret = join(folder.path, 'secret.json');
  writeFileSync(secret, JSON.stringify(reportOf(20_001)));
  symlinkSync(secret, join(folder.path, 'marketing', 'reports', 'trend-link.json'));
  expect((await listReports(folder.path, { limit: 9 })).map(({ id }) => id)).toEqual(['trend-2024-10-04']);
  await expect(readReport(folder.path, 'marketing', 'trend-link')).rejects.toMatchObject({ code: 'E_BROKEN_REPORT' });
});

test('reads what was written, and removes examples only', async () => {
  keep(reportOf(20_000));
  keep(reportOf(20_000, true));
  expect((await readReport(folder.path, 'marketing', 'trend-2024-10-04-example')).markdown).toMatch(/^# Example: /);
  expect(await removeExamples(folder.path, 'marketing')).toEqual(['trend-2024-10-04-example']);
  expect((await listReports(folder.path, { limit: 9 })).map(({ example }) => example)).toEqual([false]);
});
