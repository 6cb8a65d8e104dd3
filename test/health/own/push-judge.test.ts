import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Push } from '#holding/health/check.ts';
import { judgePushes, type PushRule } from '#holding/health/own/push-judge.ts';
import { hour, minute, noon, say } from '../../support/health.ts';

const rule: PushRule = {
  nextOf: (after) => after + hour,
  graceMs: 10 * minute,
  maxRunMs: 30 * minute,
  timezone: 'UTC',
};

function call(kind: Push['kind'], at: number, more: Partial<Push> = {}): Push {
  return { at, kind, run: null, exitCode: null, body: '', ...more };
}

test('what never called is unknown, and so is what only began or logged', () => {
  expect(judgePushes([], rule, noon)).toEqual({ status: 'unknown', reason: expect.anything() });
  expect(judgePushes([call('log', noon)], rule, noon + minute).status).toBe('unknown');
  expect(judgePushes([call('start', noon)], rule, noon + minute)).toMatchObject({
    status: 'unknown',
    nextAt: noon + 30 * minute,
  });
});

test('a success holds until the next one is expected, then it is late, then down since the end of its grace', () => {
  const calls = [call('success', noon)];
  expect(judgePushes(calls, rule, noon + hour - 1)).toMatchObject({ status: 'ok', nextAt: noon + hour });
  expect(judgePushes(calls, rule, noon + hour)).toMatchObject({
    status: 'late',
    since: noon + hour,
    nextAt: noon + 70 * minute,
  });
  expect(judgePushes(calls, rule, noon + 400 * minute)).toMatchObject({
    status: 'fail',
    explicit: true,
    since: noon + 70 * minute,
  });
});

test('a failure is down since its call, told in its own first line, until a success', () => {
  const fail = call('fail', noon + minute, { exitCode: 23, body: 'disk full\nmore' });
  const calls = [call('success', noon), fail, call('fail', noon + 2 * minute, { body: 'still full' })];
  const finding = judgePushes(calls, rule, noon + 5 * minute);
  expect(finding).toMatchObject({ status: 'fail', explicit: true, since: noon + minute });
  expect(say(finding.reason)).toBe('Told of a failure: still full');
  expect(say(judgePushes(calls.slice(0, 2), rule, noon + hour).reason)).toBe('Told of a failure (exit 23): disk full');
  expect(judgePushes([...calls, call('success', noon + 3 * minute)], rule, noon + 5 * minute).status).toBe('ok');
});

describe('runs that tell their start', () => {
  test('how long the last one took is told', () => {
    const calls = [call('start', noon), call('success', noon + 7000)];
    expect(judgePushes(calls, rule, noon + minute)).toMatchObject({ status: 'ok', latencyMs: 7000 });
  });

  test('one that goes on for too long is down since its deadline', () => {
    const calls = [call('success', noon), call('start', noon + minute)];
    expect(judgePushes(calls, rule, noon + 31 * minute - 1)).toMatchObject({
      status: 'ok',
      nextAt: noon + 31 * minute,
    });
    expect(judgePushes(calls, rule, noon + 2 * hour)).toMatchObject({
      status: 'fail',
      explicit: true,
      since: noon + 31 * minute,
    });
  });

  test('one that began in time is what was waited for; one that began after the grace is not', () => {
    const inTime = [call('success', noon), call('start', noon + 69 * minute)];
    const tooLate = [call('success', noon), call('start', noon + 71 * minute)];
    expect(judgePushes(inTime, rule, noon + 80 * minute)).toMatchObject({ status: 'ok', nextAt: noon + 99 * minute });
    expect(judgePushes(tooLate, rule, noon + 80 * minute)).toMatchObject({ status: 'fail', since: noon + 70 * minute });
  });

  test('runs with names may overlap: each start finds its own end', () => {
    const calls = [
      call('start', noon, { run: 'a' }),
      call('start', noon + minute, { run: 'b' }),
      call('success', noon + 3 * minute, { run: 'b' }),
    ];
    expect(judgePushes(calls, rule, noon + 10 * minute)).toMatchObject({
      status: 'ok',
      latencyMs: 2 * minute,
      nextAt: noon + 30 * minute,
    });
    expect(judgePushes(calls, rule, noon + 30 * minute)).toMatchObject({ status: 'fail', since: noon + 30 * minute });
    const made = [
      ...calls,
      call('start', noon + 40 * minute, { run: 'c' }),
      call('success', noon + 41 * minute, { run: 'c' }),
    ];
    expect(judgePushes(made, rule, noon + 42 * minute).status).toBe('ok');
  });

  test('without a longest run a start counts for nothing but its duration', () => {
    const { maxRunMs: _none, ...plain } = rule;
    const calls = [call('success', noon), call('start', noon + 59 * minute)];
    expect(judgePushes(calls, plain, noon + 61 * minute)).toMatchObject({ status: 'late', since: noon + hour });
  });
});

test('a call that is dated in the future counts as of now', () => {
  expect(judgePushes([call('success', noon + 3 * hour)], rule, noon)).toMatchObject({
    status: 'ok',
    nextAt: noon + hour,
  });
});

test('the times in a reason are the owner’s, in both languages', () => {
  const { reason } = judgePushes([call('success', noon)], { ...rule, timezone: 'Europe/Amsterdam' }, noon + 3 * hour);
  expect(reason).toEqual({
    en: 'Expected Tue 3 Mar, 14:00, and not heard of',
    nl: 'Verwacht di 3 mrt, 14:00, en niets gehoord',
  });
});

const calls = fc
  .array(
    fc.record({
      after: fc.integer({ min: 0, max: 50 * minute }),
      kind: fc.constantFrom('start', 'success', 'fail', 'log'),
      run: fc.constantFrom(null, 'a', 'b'),
    }),
    { maxLength: 12 },
  )
  .map((steps) => {
    let at = noon;
    return steps.map(({ after, kind, run }) => call(kind, (at += after), { run }));
  });

describe('whatever was called', () => {
  test('it is well only with a success, and then not for longer than was told', () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 0, max: 12 * hour }), (made, later) => {
        const now = (made.at(-1)?.at ?? noon) + later;
        const { status } = judgePushes(made, rule, now);
        const success = made.findLast(({ kind }) => kind === 'success');
        if (status !== 'ok') return;
        expect(success).toBeDefined();
        expect(now).toBeLessThan((success?.at ?? 0) + hour + rule.graceMs + 30 * minute);
      }),
    );
  });

  test('nothing changes before the time to look next, and something does then', () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 0, max: 3 * hour }), (made, later) => {
        const now = (made.at(-1)?.at ?? noon) + later;
        const before = judgePushes(made, rule, now);
        const { nextAt } = before;
        if (nextAt === undefined) {
          expect(judgePushes(made, rule, now + 30 * 24 * hour)).toEqual(before);
          return;
        }
        expect(nextAt).toBeGreaterThan(now);
        expect(judgePushes(made, rule, nextAt - 1)).toEqual(before);
        expect(judgePushes(made, rule, nextAt)).not.toEqual(before);
      }),
    );
  });

  test('a monitor that was off dates trouble as one that looked on', () => {
    fc.assert(
      fc.property(
        calls,
        fc.integer({ min: 0, max: 3 * hour }),
        fc.integer({ min: 0, max: 24 * hour }),
        (made, later, off) => {
          const now = (made.at(-1)?.at ?? noon) + later;
          const seen = judgePushes(made, rule, now);
          if (seen.status !== 'fail') return;
          expect(judgePushes(made, rule, now + off)).toEqual(seen);
          expect(seen.since).toBeLessThanOrEqual(now);
        },
      ),
    );
  });
});
