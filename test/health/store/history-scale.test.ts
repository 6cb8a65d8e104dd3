import { statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, afterAll, expect, test } from 'vitest';
import { bucketsIn } from '#holding/health/store/buckets.ts';
import { openHistory, type History } from '#holding/health/store/history.ts';
import { last90In } from '#holding/health/store/last90.ts';
import { dayMs } from '#holding/health/store/timeline.ts';
import { hour, noon, temporaryFolder } from '../../support/health.ts';
import { longPast } from '../../support/long-past.ts';

/** What a page or a snapshot may take is 10 ms; a test on a busy machine allows ten times that. */
const generousMs = 100;

const folder = temporaryFolder();
const checks = 30;
let db: ReturnType<typeof longPast>;
let history: History & Disposable;

beforeAll(() => {
  db = longPast(folder.path, { now: noon, checks, days: 400, flipsADay: 6 });
  history = openHistory(join(folder.path, 'health.sqlite'));
}, 60_000);

afterAll(() => {
  history[Symbol.dispose]();
  db.close();
  folder[Symbol.dispose]();
});

/** The quickest of some: a busy machine makes it slow, not quick. */
function quickestMs(work: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return Math.min(...times);
}

function checkPage(check: string): number {
  const spans = [dayMs, 30 * dayMs, 90 * dayMs, 365 * dayMs].map((ms) => ({ from: noon - ms, to: noon }));
  const latencies = spans.map((span) => history.latency(check, span)?.p95 ?? 0);
  const [day, month, , year] = spans;
  if (day === undefined || month === undefined || year === undefined) throw new Error('there are four windows');
  const cut = [
    ...history.times(check, day, 'hour'),
    ...history.times(check, month, 'day'),
    ...history.times(check, year, 'day'),
    ...history.latencies(check, day, 'hour'),
    ...history.latencies(check, year, 'day'),
    ...history.flips(check, noon - 7 * dayMs),
  ];
  return cut.length + Math.max(...latencies);
}

test('all of a check’s page of 400 days is read in milliseconds', () => {
  const ms = quickestMs(() => checkPage('check-7'));
  console.log(`a check's page: ${ms.toFixed(1)} ms`);
  expect(ms).toBeLessThan(generousMs);
});

test('the last 90 days of 30 checks are there for a snapshot in milliseconds', () => {
  const last90 = last90In(db);
  const names = Array.from({ length: checks }, (_, index) => `check-${index + 1}`);
  const first = quickestMs(() => names.map((name) => last90In(db)(name, noon)));
  const ms = quickestMs(() => names.map((name) => last90(name, noon)));
  console.log(`last 90 days of ${checks} checks: ${ms.toFixed(1)} ms, anew ${first.toFixed(1)} ms`);
  expect(ms).toBeLessThan(generousMs);
  expect(last90('check-1', noon).uptime90).toBeCloseTo(0.5, 1);
});

test('an hour of 30 checks is closed in the time of a few looks, once', () => {
  const ms = quickestMs(() => bucketsIn(db).rollUp(noon + hour));
  console.log(`an hourly roll-up: ${ms.toFixed(1)} ms`);
  expect(ms).toBeLessThan(10 * generousMs);
  expect(history.latency('check-7', { from: noon - 2 * hour, to: noon })?.looks).toBe(120);
});

test('400 days of 30 checks fit into a file of 60 MB', () => {
  const size = statSync(join(folder.path, 'health.sqlite')).size;
  console.log(`the file: ${(size / 1e6).toFixed(1)} MB`);
  expect(size).toBeLessThan(60e6);
});
