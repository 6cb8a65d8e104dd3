import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding, Push, PushProbe } from '#holding/health/check.ts';
import { judgePushes } from '#holding/health/own/push-judge.ts';
import { ownerOf, pushToken, readCall, tokenPattern } from '#holding/health/own/push-call.ts';
import { pushCheck } from '#holding/health/own/push.ts';
import { pushesIn, type Pushes } from '#holding/health/store/pushes.ts';
import { migrations } from '#holding/health/store/schema.ts';
import { hour, minute, noon, probesOf, say, stillClock } from '../../support/health.ts';

const rule = { nextOf: (after: number) => after + hour, graceMs: 10 * minute, maxRunMs: 30 * minute, timezone: 'UTC' };
const check = pushCheck({ id: 'backup-nas', name: 'Backup of the NAS', group: 'mine', ...rule });

function lookAt(pushes: PushProbe, now: number): Promise<Finding> {
  return check.run({ signal: new AbortController().signal, clock: stillClock(now), probes: probesOf({ pushes }) });
}

function freshPushes(): Pushes & Disposable {
  const db = new DatabaseSync(':memory:');
  for (const step of migrations) db.exec(step);
  return { ...pushesIn(db), [Symbol.dispose]: () => db.close() };
}

test('before its first call it says how to make one, and shows no secret', async () => {
  using pushes = freshPushes();
  const { status, reason, todo } = await lookAt(pushes, noon);
  expect([status, say(reason)]).toEqual(['unknown', 'Waits for its first call']);
  expect(todo).toMatchObject({ command: 'npm run health -- url backup-nas' });
});

test('it reads the calls of itself alone', async () => {
  using pushes = freshPushes();
  pushes.add('another', { at: noon, kind: 'success', run: null, exitCode: null, body: '' });
  expect((await lookAt(pushes, noon + minute)).status).toBe('unknown');
  pushes.add('backup-nas', { at: noon, kind: 'success', run: null, exitCode: null, body: '' });
  expect(await lookAt(pushes, noon + minute)).toMatchObject({ status: 'ok', nextAt: noon + hour });
});

test('a failure that is told after the clock was set back counts, although an earlier success is dated later', async () => {
  using pushes = freshPushes();
  pushes.add('backup-nas', { at: noon + 5 * hour, kind: 'success', run: null, exitCode: null, body: '' });
  pushes.add('backup-nas', { at: noon, kind: 'fail', run: null, exitCode: 1, body: '' });
  expect(await lookAt(pushes, noon + minute)).toMatchObject({ status: 'fail', explicit: true, since: noon });
  pushes.add('backup-nas', { at: noon + 2 * minute, kind: 'success', run: null, exitCode: null, body: '' });
  expect(await lookAt(pushes, noon + 3 * minute)).toMatchObject({ status: 'ok', nextAt: noon + 2 * minute + hour });
});

test('what it reads of the store says the same as all that ever was called', async () => {
  const kinds = fc.constantFrom('start' as const, 'success' as const, 'fail' as const, 'log' as const);
  const step = fc.record({ after: fc.nat(50 * minute), kind: kinds, run: fc.constantFrom(null, 'a', 'b') });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(20 * hour), async (steps, later) => {
      using pushes = freshPushes();
      let at = noon;
      const calls: Push[] = steps.map(({ after, ...call }) => ({
        at: (at += after),
        exitCode: null,
        body: '',
        ...call,
      }));
      for (const call of calls) pushes.add('backup-nas', call);
      const { todo: _todo, latencyMs: _found, ...finding } = await lookAt(pushes, at + later);
      const { latencyMs: _all, ...expected } = judgePushes(calls, rule, at + later);
      expect(finding).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['', 'success', null],
  ['success', 'success', null],
  ['start', 'start', null],
  ['fail', 'fail', null],
  ['log', 'log', null],
  ['0', 'success', 0],
  ['1', 'fail', 1],
  ['255', 'fail', 255],
])('/%s is a %s', (told, kind, exitCode) => {
  const call = readCall({ told, run: undefined, body: new Uint8Array() }, noon);
  expect(call).toEqual({ at: noon, kind, exitCode, run: null, body: '' });
});

test.each(['256', '-1', '01', '1e2', 'START', 'stop', '../fail', '%00'])('/%s is nothing', (told) => {
  expect(readCall({ told, run: undefined, body: new Uint8Array() }, noon)).toBeNull();
});

test('a run has a plain name', () => {
  const named = (run: string): unknown => readCall({ told: 'start', run, body: new Uint8Array() }, noon);
  expect(named('3f2504e0-4f89-41d3-9a0c-0305e82c3301')).toMatchObject({ run: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' });
  for (const run of ['', 'a b', 'x'.repeat(65), '<b>', "'; DROP TABLE push"]) expect(named(run)).toBe('run');
});

test('of a body a beginning of whole characters is kept, and nothing that steers a terminal', () => {
  const body = (text: string): unknown => readCall({ told: 'log', run: undefined, body: Buffer.from(text) }, noon);
  expect(body('one\u001b[2J\u202Etwo\nthree\n')).toMatchObject({ body: 'one[2Jtwo\nthree' });
  const cut = body('é'.repeat(2000)) as Push;
  expect(cut.body).toBe('é'.repeat(512));
  expect((body(`x${'é'.repeat(2000)}`) as Push).body).toBe(`x${'é'.repeat(511)}`);
});

test('a token is made of the key and the id, and belongs to one check', () => {
  const tokens = new Map(['a', 'b'].map((id) => [id, pushToken('key', id)]));
  const token = tokens.get('b') ?? '';
  expect(token).toMatch(tokenPattern);
  expect(ownerOf(token, tokens)).toBe('b');
  expect(pushToken('another key', 'b')).not.toBe(token);
  expect(ownerOf(pushToken('another key', 'b'), tokens)).toBeNull();
  expect(ownerOf('b', tokens)).toBeNull();
});
