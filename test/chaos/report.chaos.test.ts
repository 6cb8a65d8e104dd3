import { beforeAll, expect, test } from 'vitest';
import { stormReports, type ReportAftermath } from '../support/report-storm.ts';

/** A part of what `npm run bench -- report` does; OMEGA_TEST_REPORTS and OMEGA_TEST_KILLS ask for more. */
const reports = Number(process.env['OMEGA_TEST_REPORTS'] ?? 300);
const kills = Number(process.env['OMEGA_TEST_KILLS'] ?? 40);

let after: ReportAftermath;

beforeAll(async () => {
  const { signal } = new AbortController();
  after = await stormReports({ reports, kills, tell: () => {}, signal });
  const { calls, seconds, answersLost, doubledSends, strays } = after;
  const facts = { reports, kills: after.kills, calls, answersLost, doubledSends, strays, seconds };
  process.stdout.write(`reports under kills: ${JSON.stringify(facts)}\n`);
}, 400_000);

test('the sender was killed as often as was asked for, and never ended by itself', () => {
  expect(after).toMatchObject({ kills, crashes: 0 });
  expect(after.answersLost).toBeGreaterThan(0);
  expect(after.strays).toBeGreaterThan(0); // Some kills came between a file and its record.
});

test('every report came to the owner, and can be opened', () => {
  expect(after.lost).toEqual([]);
});

test('none was sealed twice', () => {
  expect(after.sealedTwice).toEqual([]);
});

test('the reader sees one sequence without gap or fork, and the ledger is whole', () => {
  expect(after.warnings).toEqual([]);
  expect(after.faults).toEqual([]);
});

test('no more came twice than there were kills and answers lost after acceptance', () => {
  expect(after.doubledSends).toBeLessThanOrEqual(after.kills + after.answersLost);
});

test('no word of a report stands in any file in the open', () => {
  expect(after.leaks).toEqual([]);
});
