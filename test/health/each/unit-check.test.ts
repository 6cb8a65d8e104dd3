import { expect, test } from 'vitest';
import type { Told, UnitStanding } from '#holding/health/check.ts';
import { judgeUnit, unitChecks } from '#holding/health/each/unit-check.ts';
import { hour, inEnglish, noon, probesOf, stillClock, unitStanding } from '../../support/health.ts';

const marketing = { id: 'marketing', name: 'Marketing', reportEveryMs: 24 * hour };
const { signal } = new AbortController();

function judge(change: Partial<UnitStanding> = {}): Told {
  return inEnglish(judgeUnit(marketing, unitStanding(change), noon));
}

function mandate(state: UnitStanding['mandate']['state']): Pick<UnitStanding, 'mandate'> {
  return { mandate: { state, reason: `it is ${state}`, expiresAt: null } };
}

test('a unit with a mandate in force that reports is well', () => {
  expect(judge()).toEqual({ status: 'ok', reason: 'Mandate in force; last report 60 min ago' });
});

test('a mandate that ends soon is a warning, with the command that renews it', () => {
  expect(judge(mandate('expiring'))).toMatchObject({
    status: 'warn',
    reason: 'it is expiring',
    todo: { command: 'npm run mandate -- approve marketing' },
  });
});

test.each([
  ['expired', 'approve'],
  ['unapproved', 'approve'],
  ['invalid', 'edit'],
  ['missing', 'edit'],
] as const)('a mandate that is %s is a fault at once: npm run mandate -- %s', (state, verb) => {
  expect(judge(mandate(state))).toMatchObject({
    status: 'fail',
    explicit: true,
    reason: `it is ${state}`,
    todo: { command: `npm run mandate -- ${verb} marketing` },
  });
});

test('a report is late when two of them did not come', () => {
  expect(judge({ lastReportAt: noon - 48 * hour }).status).toBe('ok');
  expect(judge({ lastReportAt: noon - 49 * hour })).toMatchObject({
    status: 'warn',
    reason: 'Its last report is 2 d old',
  });
});

test('a unit in force is well before its first report: that it comes is watched by the schedule', () => {
  expect(judge({ lastReportAt: null }).status).toBe('ok');
});

test('each unit has its check, and one of which nothing is told is unknown', async () => {
  const checks = unitChecks([marketing, { ...marketing, id: 'sales', name: 'Sales' }]);
  expect(checks.map(({ id, group }) => `${id} ${group}`)).toEqual(['unit-marketing units', 'unit-sales units']);
  const context = { probes: probesOf(), signal, clock: stillClock() };
  const findings = await Promise.all(checks.map(({ run }) => run(context)));
  expect(findings.map(({ status }) => status)).toEqual(['ok', 'unknown']);
});
