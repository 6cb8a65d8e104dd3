import { expect, test } from 'vitest';
import { lastActionOf } from '#holding/health/last-action.ts';
import type { RunHistory } from '#holding/health/store/run-history.ts';
import type { Run, RunEnd } from '#holding/health/store/runs.ts';
import { minute, noon, reportEntry, say } from '../support/health.ts';

const unitJobs = { marketing: ['trend-report'] };

/** Runs of the job of marketing, the newest first, a minute each. */
function runsOf(...outcomes: readonly (RunEnd['outcome'] | null)[]): Pick<RunHistory, 'history'> {
  const found = outcomes.map((outcome, index) => runOf(outcome, noon - index * 10 * minute));
  return { history: ({ job }) => (job === 'trend-report' ? found : []) };
}

/** Without an outcome it goes on. */
function runOf(outcome: RunEnd['outcome'] | null, startedAt: number): Run & Partial<RunEnd> {
  const job = { id: 'a', jobId: 'a', job: 'trend-report', queue: 'swarm', reason: 'tick', attempt: 1 } as const;
  const run = { ...job, scheduledAt: startedAt, startedAt };
  return outcome === null ? run : { ...run, endedAt: startedAt + minute, outcome, error: 'it broke', result: null };
}

test('what a unit did last is the run of one of its jobs, and how it ended', () => {
  const of = (outcome: RunEnd['outcome']): string | undefined =>
    lastActionOf({ runs: runsOf(outcome), unitJobs, reports: [], say })?.what;
  expect(lastActionOf({ runs: runsOf('done'), unitJobs, reports: [], say })).toEqual({
    at: noon + minute,
    unit: 'marketing',
    what: 'trend-report: done',
  });
  expect(of('dead')).toBe('trend-report: failed for good');
  expect(of('interrupted')).toBe('trend-report: interrupted');
});

test('one that goes on is told since it began', () => {
  const action = lastActionOf({ runs: runsOf(null, 'done'), unitJobs, reports: [], say });
  expect(action).toMatchObject({ at: noon, what: 'trend-report: is running' });
});

test('what was skipped or missed is nothing that it did', () => {
  const action = lastActionOf({ runs: runsOf('skipped', 'missed', 'done'), unitJobs, reports: [], say });
  expect(action).toMatchObject({ at: noon - 19 * minute, what: 'trend-report: done' });
  expect(lastActionOf({ runs: runsOf('stale'), unitJobs, reports: [], say })).toBeNull();
});

test('a run that wrote a report is told by its title', () => {
  const report = reportEntry({ at: noon + minute / 2, title: 'Trends of Tuesday' });
  const action = lastActionOf({ runs: runsOf('done'), unitJobs, reports: [report], say });
  expect(action?.what).toBe('Wrote “Trends of Tuesday”');
  const example = { ...report, example: true };
  expect(lastActionOf({ runs: runsOf('done'), unitJobs, reports: [example], say })?.what).toBe(
    'Wrote an example: “Trends of Tuesday”',
  );
  const others = [reportEntry({ at: noon - minute }), reportEntry({ unit: 'sales', at: noon + minute / 2 })];
  expect(lastActionOf({ runs: runsOf('done'), unitJobs, reports: others, say })?.what).toBe('trend-report: done');
});
