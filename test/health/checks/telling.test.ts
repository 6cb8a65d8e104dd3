import { expect, test } from 'vitest';
import type { AlertStanding, OutsideStanding, Told } from '#holding/health/check.ts';
import alerts, { judgeAlerts } from '#holding/health/checks/alerts.ts';
import checksFile, { judgeChecksFile } from '#holding/health/checks/checks-file.ts';
import { judgeOutside, outsideCheck } from '#holding/health/each/outside-check.ts';
import { inEnglish, minute, noon, probesOf, stillClock } from '../../support/health.ts';

const network = { proxy: undefined, extraCaFile: undefined };
const outside = outsideCheck({ pingUrl: undefined, network });
const context = { probes: probesOf(), signal: new AbortController().signal, clock: stillClock() };

function telling(waitedMs: number, change: Partial<AlertStanding> = {}): Told {
  return inEnglish(judgeAlerts({ undelivered: 2, oldestDueAt: noon - waitedMs, fault: null, ...change }, noon));
}

function heard(change: Partial<OutsideStanding>): Told {
  const well = { lastTriedAt: noon - minute, lastHeardAt: noon - minute, fault: null };
  return inEnglish(judgeOutside({ ...well, ...change }, noon));
}

test('alerts that all got through are well', async () => {
  expect(inEnglish(await alerts.run(context))).toEqual({ status: 'ok', reason: 'Every alert got through' });
});

test('alerts that wait are a warning after 5 minutes and a fail after 30, with why', () => {
  expect([4, 6, 31].map((minutes) => telling(minutes * minute).status)).toEqual(['ok', 'warn', 'fail']);
  expect(telling(6 * minute, { undelivered: 1, fault: 'the disk is full' })).toMatchObject({
    reason: '1 alert on the way, the oldest for 6 min: the disk is full',
    todo: { command: 'npm run job:alert-send' },
  });
});

test('without anybody outside it is not set up, and why that matters waits for the owner', async () => {
  const told = inEnglish(await outside.run(context));
  expect(told).toMatchObject({ status: 'off', reason: 'When the whole machine stops, nobody hears it' });
  expect(told.todo?.what).toContain('OMEGA_PING_URL');
});

test('it waits for the internet only where it is told directly, over the internet', () => {
  const needs = (pingUrl: string, proxy?: string): readonly string[] | undefined =>
    outsideCheck({ pingUrl, network: { ...network, proxy } }).dependsOn;
  expect(needs('https://hc.example.org/abc')).toEqual(['egress']);
  expect(needs('https://hc.example.org/abc', 'http://proxy:3128')).toEqual([]);
  expect(needs('http://192.168.1.9/abc')).toEqual([]);
});

test('not to be heard outside is a warning after 5 minutes and a fail after 30', () => {
  const after = (minutes: number): string => heard({ lastHeardAt: noon - minutes * minute }).status;
  expect([4, 6, 31].map(after)).toEqual(['ok', 'warn', 'fail']);
  expect(heard({ lastHeardAt: noon - 6 * minute, fault: 'HTTP 500' }).reason).toBe(
    'Last heard there 6 min ago: HTTP 500',
  );
});

test('one who was never told is unknown, one who never heard is a fail', () => {
  expect(heard({ lastTriedAt: null, lastHeardAt: null }).status).toBe('unknown');
  expect(heard({ lastHeardAt: null, fault: 'HTTP 404' })).toMatchObject({
    status: 'fail',
    reason: 'Was never heard there: HTTP 404',
  });
});

test('an owner without checks of their own lacks nothing', async () => {
  expect(inEnglish(await checksFile.run(context))).toEqual({ status: 'off', reason: 'You have none of your own' });
});

test('checks without a fault are counted', () => {
  expect(inEnglish(judgeChecksFile({ file: 'checks.yaml', checks: 3, faults: [] })).reason).toBe('3 checks in force');
});

test('with a fault the last good ones stay in force, which is a warning; with none it is down', () => {
  const faults = [`line 4: ${'x'.repeat(400)}`, 'line 9: no id'];
  const told = inEnglish(judgeChecksFile({ file: 'checks.yaml', checks: 3, faults }));
  expect(told).toMatchObject({ status: 'warn', todo: { command: 'npm run health -- run checks-file' } });
  expect(told.reason).toMatch(/^The last good one stays in force, with 3 checks\. 2 faults, the first: line 4: x+…$/);
  expect(told.reason.length).toBeLessThan(300);
  expect(judgeChecksFile({ file: 'checks.yaml', checks: 0, faults })).toMatchObject({ status: 'fail', explicit: true });
});
