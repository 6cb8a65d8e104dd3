import { expect, test } from 'vitest';
import { messageOf } from '#holding/health/alerts/message.ts';
import { watch } from '../../support/alerts.ts';
import { hour, minute, say, scripted, second, type Script } from '../../support/health.ts';

const quietHours = { from: 23 * 60, to: 7 * 60 + 30 };
const two = Date.parse('2026-03-04T02:00+01:00');
const morning = Date.parse('2026-03-04T07:30+01:00');

test('what goes down in the quiet hours is told in the morning, as one message', async () => {
  using bench = watch({ checks: ['disk', 'load'], script: { disk: 'fail', load: 'fail' }, start: two, quietHours });
  await bench.settle();
  await bench.beatFor(6 * minute);
  expect(bench.tell()).toEqual([]);
  bench.clock.set(morning);
  expect(messageOf(bench.tell(), say)).toEqual({
    title: '2 messages',
    text: 'Disk is down\nSince 02:00: it is fail\n\nLoad is down\nSince 02:00: it is fail',
    sound: true,
  });
});

test('what is over by the morning is told as past, and makes no noise', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: 'fail' }, start: two, quietHours });
  await bench.settle();
  await bench.beatFor(28 * minute);
  bench.script['disk'] = 'ok';
  await bench.beatFor(10 * minute);
  expect(bench.tell()).toEqual([]);
  bench.clock.set(morning);
  const told = bench.tell();
  expect(told).toMatchObject([{ kind: 'ended', sound: false }]);
  expect(told[0]?.title).toMatch(/^Disk was down from 02:00 to 02:\d\d \(\d\d min\)$/);
});

test('what is urgent sounds in the quiet hours, once', async () => {
  const script: Script = { disk: 'fail' };
  const checks = [scripted('disk', script, { urgent: true })];
  using bench = watch({ checks, script, start: two, quietHours });
  await bench.settle();
  expect(bench.tell()).toMatchObject([{ kind: 'opened', sound: true }]);
  await bench.beatFor(3 * hour);
  expect(bench.tell()).toEqual([]);
});

test('what is still red after the morning message is told again two hours after that', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: 'fail' }, start: morning - 10 * minute, quietHours });
  await bench.settle();
  await bench.beatFor(2 * hour);
  expect(bench.alerts().map(({ kind }) => kind)).toEqual(['opened']);
  await bench.beatFor(20 * minute);
  expect(bench.alerts().map(({ kind }) => kind)).toEqual(['opened', 'again']);
});

test('a recovery in the quiet hours of what was told before is told at once, silently', async () => {
  const late = Date.parse('2026-03-03T22:50+01:00');
  using bench = watch({ checks: ['disk'], script: { disk: 'fail' }, start: late, quietHours });
  await bench.settle();
  expect(bench.tell()).toHaveLength(1);
  await bench.beatFor(20 * minute);
  bench.script['disk'] = 'ok';
  await bench.beatFor(5 * minute);
  expect(bench.tell()).toMatchObject([{ kind: 'ended', sound: false }]);
});

test('a snooze holds its alerts until it ends; then they are told', async () => {
  using bench = watch({ checks: ['disk', 'load'], start: morning });
  await bench.settle();
  bench.hold('snoozed', bench.clock.now() + hour, 'disk');
  Object.assign(bench.script, { disk: 'fail', load: 'fail' });
  await bench.beatFor(10 * minute);
  expect(bench.tell().map(({ check }) => check)).toEqual(['load']);
  await bench.beatFor(hour);
  expect(bench.tell().map(({ check }) => check)).toEqual(['disk']);
});

test('a snooze that the owner ends early, or that had no end, holds nothing any more', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: 'fail' }, start: morning });
  bench.hold('snoozed', null);
  await bench.settle();
  await bench.beatFor(10 * minute);
  expect(bench.tell()).toEqual([]);
  bench.store.holds.end({ check: null }, bench.clock.now());
  bench.clock.advance(second);
  expect((await bench.beat()).alertsDue).toBe(true);
  expect(bench.tell()).toMatchObject([{ kind: 'opened' }]);
});

test('what is paused or under maintenance raises no alert', async () => {
  using bench = watch({ checks: ['disk', 'load'], start: morning });
  await bench.settle();
  bench.hold('paused', null, 'disk');
  bench.hold('maintenance', bench.clock.now() + hour, 'load');
  Object.assign(bench.script, { disk: 'fail', load: 'fail' });
  await bench.beatFor(30 * minute);
  expect(bench.alerts()).toEqual([]);
});

test('what still fails when its maintenance ends is told then', async () => {
  using bench = watch({ checks: ['load'], start: morning });
  await bench.settle();
  bench.hold('maintenance', bench.clock.now() + 30 * minute, 'load');
  bench.script['load'] = 'fail';
  await bench.beatFor(40 * minute);
  expect(bench.alerts()).toMatchObject([{ kind: 'opened', check: 'load' }]);
});

test('a clock that was set back an hour holds nothing back', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: 'fail' }, start: morning + 5 * hour });
  await bench.settle();
  bench.clock.set(morning + 4 * hour);
  await bench.beatFor(minute);
  expect(bench.tell()).not.toEqual([]);
});
