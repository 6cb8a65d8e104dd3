import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Snapshot } from '#holding/health/snapshot.ts';
import { findingsOf } from '#holding/report/trend/findings.ts';
import { openSightings } from '#holding/report/trend/sightings.ts';
import { renderReport } from '#holding/report/trend/render.ts';
import { listReports, newestReport, readReport, removeExamples } from '#holding/report/trend/store.ts';
import type { Report } from '#holding/report/trend/report.ts';
import { temporaryFolder } from '../../support/health.ts';

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder[Symbol.dispose]());

async function reportOf(today: number, example = false): Promise<Report> {
  using sightings = openSightings(null, 0);
  return await findingsOf({
    unit: 'marketing',
    language: 'en',
    example,
    today,
    now: today * 86_400_000,
    topics: ['ai'],
    sightings,
    gaps: [],
    signal: new AbortController().signal,
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
  for (const today of [20_000, 20_002, 20_001]) keep(await reportOf(today));
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
  keep(await reportOf(20_000));
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

test.each([
  ['made at no time that a clock can show', { generatedAt: 1e300 }],
  ['made at half a millisecond', { generatedAt: 1.5 }],
  ['made before there were clocks', { generatedAt: -5 }],
  ['with a title that fills a page', { title: 'Z'.repeat(3_000_000) }],
  ['as no JSON at all', null],
])('a report %s is broken, and a snapshot takes it as it is listed', async (_why, change) => {
  const reports = join(folder.path, 'marketing', 'reports');
  mkdirSync(reports, { recursive: true });
  const report = change === null ? '{' : JSON.stringify({ ...(await reportOf(20_000)), ...change });
  writeFileSync(join(reports, 'trend-x.json'), report); // With the time of now, which has fractions of a millisecond.
  const entries = await listReports(folder.path, { limit: 9 });
  expect(entries).toEqual([expect.objectContaining({ title: 'trend-x', fault: expect.any(String) })]);
  const lines = entries.map((entry) => Object.assign(entry, { broken: entry.fault !== null }));
  expect(Snapshot.shape.reports.safeParse(lines).success).toBe(true);
});

test('the newest of a unit is the newest real one, behind however many broken ones and examples', async () => {
  expect(await newestReport(folder.path, 'marketing')).toBeNull();
  keep(await reportOf(20_000, true));
  expect(await newestReport(folder.path, 'marketing')).toBeNull();
  keep(await reportOf(19_000));
  for (let n = 0; n < 70; n += 1) place(`broken-${n}.json`, '{', 30_000 * 86_400 + n);
  expect((await newestReport(folder.path, 'marketing'))?.id).toBe('trend-2022-01-08');
});

test('a link among the reports is not followed', async () => {
  keep(await reportOf(20_000));
  const secret = join(folder.path, 'secret.json');
  writeFileSync(secret, JSON.stringify(await reportOf(20_001)));
  symlinkSync(secret, join(folder.path, 'marketing', 'reports', 'trend-link.json'));
  expect((await listReports(folder.path, { limit: 9 })).map(({ id }) => id)).toEqual(['trend-2024-10-04']);
  await expect(readReport(folder.path, 'marketing', 'trend-link')).rejects.toMatchObject({ code: 'E_BROKEN_REPORT' });
});

test('reads what was written, and removes examples only', async () => {
  keep(await reportOf(20_000));
  keep(await reportOf(20_000, true));
  expect((await readReport(folder.path, 'marketing', 'trend-2024-10-04-example')).markdown).toMatch(/^# Example: /);
  expect(await removeExamples(folder.path, 'marketing')).toEqual(['trend-2024-10-04-example']);
  expect((await listReports(folder.path, { limit: 9 })).map(({ example }) => example)).toEqual([false]);
});
