import { expect, test } from 'vitest';
import { watch } from '../../support/alerts.ts';
import {
  finding,
  hour,
  jobDeadline,
  minute,
  noon,
  probesOf,
  scripted,
  second,
  type Script,
} from '../../support/health.ts';

test('a check that goes down is told once, with a noise, since when and why', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: finding('fail', { reason: 'It is full' }) }, start: noon });
  await bench.settle();
  await bench.beatFor(10 * minute);
  expect(bench.alerts()).toMatchObject([
    { kind: 'opened', check: 'disk', incident: 1, due: noon + 2 * second, sound: true, title: 'Disk is down' },
  ]);
  expect(bench.alerts()[0]?.body).toBe('Since 13:00: It is full');
});

test('a dead parent of thirty is one alert, which names how many wait and the first of them', async () => {
  const script: Script = {};
  const children = Array.from({ length: 30 }, (_, index) => `child-${index}`);
  const checks = [scripted('parent', script), ...children.map((id) => scripted(id, script, { dependsOn: ['parent'] }))];
  using bench = watch({ checks, script, start: noon });
  await bench.settle();
  for (const { id } of checks) script[id] = 'fail';
  bench.clock.advance(minute);
  await bench.settle();
  await bench.beatFor(10 * minute);
  expect(bench.alerts()).toHaveLength(1);
  expect(bench.alerts()[0]?.title).toBe('Parent is down');
  expect(bench.alerts()[0]?.body).toContain(
    '30 checks wait for it: Child-0, Child-1, Child-2, Child-3, Child-4 and 25 more',
  );
});

test('what the owner can do stands in the alert with its command', async () => {
  const todo = { what: 'Make room', command: 'npm run doctor', minutes: 5 };
  using bench = watch({ checks: ['disk'], script: { disk: finding('fail', { todo }) }, start: noon });
  await bench.settle();
  expect(bench.alerts()[0]?.body).toContain('To do: Make room: npm run doctor');
});

test('it is told again each two hours while it is red', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: 'fail' }, start: noon });
  await bench.settle();
  await bench.beatFor(4 * hour + 10 * minute);
  expect(bench.alerts().map(({ kind }) => kind)).toEqual(['opened', 'again', 'again']);
  expect(bench.alerts()[1]).toMatchObject({ title: 'Disk is still down, for 2 h 0 min', sound: true });
});

test('that it is over is told once, silently, with how long it was', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: finding('fail', { reason: 'It is full' }) }, start: noon });
  await bench.settle();
  await bench.beatFor(28 * minute);
  bench.clock.set(noon + 30 * minute);
  bench.script['disk'] = 'ok';
  await bench.settle();
  await bench.beatFor(10 * minute);
  expect(bench.alerts().map(({ kind, sound }) => [kind, sound])).toEqual([
    ['opened', true],
    ['ended', false],
  ]);
  expect(bench.alerts()[1]).toMatchObject({ title: 'Disk is up again', incident: 1 });
  expect(bench.alerts()[1]?.body).toContain('Disk was down from 13:00 to 13:30 (30 min)');
});

test('a restart of the monitor tells nothing twice and forgets nothing', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: 'fail' }, start: noon });
  await bench.settle();
  bench.restart();
  bench.clock.advance(minute);
  await bench.settle();
  bench.script['disk'] = 'ok';
  bench.clock.advance(minute);
  await bench.settle();
  expect(bench.alerts().map(({ kind }) => kind)).toEqual(['opened', 'ended']);
});

test('flapping is one alert, and one silent digest of how often when it is steady again', async () => {
  using bench = watch({ checks: ['disk'], start: noon });
  await bench.settle();
  for (let turn = 0; turn < 6; turn++) {
    bench.script['disk'] = turn % 2 === 0 ? 'fail' : 'ok';
    bench.clock.advance(minute);
    await bench.settle();
  }
  bench.script['disk'] = 'ok';
  await bench.beatFor(40 * minute);
  const kinds = bench.alerts().map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'flapping')).toHaveLength(1);
  expect(bench.alerts().at(-1)).toMatchObject({ kind: 'settled', sound: false, title: 'Disk is steady again: Up' });
  expect(bench.alerts().at(-1)?.body).toMatch(/^It changed [1-9]\d* times from /);
  expect(bench.store.incidents(0).filter(({ to }) => to === null)).toEqual([]);
});

test('what flapped and is watched no more is told so once, and not called steady should it ever come back', async () => {
  using bench = watch({ checks: ['disk', 'load'], start: noon });
  await bench.settle();
  for (let turn = 0; turn < 6; turn++) {
    bench.script['disk'] = turn % 2 === 0 ? 'fail' : 'ok';
    bench.clock.advance(minute);
    await bench.settle();
  }
  const before = bench.alerts().length;
  bench.restart(['disk']);
  await bench.beatFor(2 * minute);
  bench.restart();
  await bench.beatFor(2 * minute);
  expect(bench.alerts().slice(before)).toMatchObject([{ sound: false, title: 'disk is watched no more' }]);
});

test('after a gap one silent message tells from when to when, what was missed and what had been down', async () => {
  using bench = watch({ checks: ['disk', 'load'], script: { disk: 'fail' }, start: noon });
  await bench.settle();
  bench.clock.set(noon + hour);
  await bench.settle();
  const gap = bench.alerts().find(({ kind }) => kind === 'gap');
  expect(gap).toMatchObject({ sound: false, check: null, title: 'The monitor was off from 13:00 to 14:00 (59 min)' });
  expect(gap?.body).toContain('About 118 looks were missed');
  expect(gap?.body).toContain('Down before it: Disk');
  expect(bench.alerts().map(({ kind }) => kind)).toEqual(['opened', 'gap']);
});

test('after a gap the jobs that are behind are named, but for those that come every few minutes', async () => {
  const daily = jobDeadline({ job: 'trend-report', lastSuccessAt: noon - 23 * hour, nextDueAt: noon + 30 * minute });
  const probes = probesOf({ deadlines: async () => [jobDeadline(), daily] });
  using bench = watch({ checks: ['disk'], start: noon, probes });
  await bench.settle();
  bench.clock.set(noon + hour);
  await bench.settle();
  expect(bench.alerts()[0]?.body).toContain('Jobs that are being caught up: trend-report');
});

test('an incident whose check is gone ends, and that is told', async () => {
  using bench = watch({ checks: ['disk', 'load'], script: { disk: 'fail' }, start: noon });
  await bench.settle();
  bench.restart(['disk']);
  bench.clock.advance(minute);
  await bench.settle();
  expect(bench.store.incidents(0)).toMatchObject([{ check: 'disk', to: noon + minute + 2 * second }]);
  expect(bench.alerts().at(-1)).toMatchObject({ kind: 'ended', title: 'disk is watched no more' });
});

test('the page is told of what is open by the names of checks', async () => {
  const script: Script = { disk: 'fail' };
  const checks = [scripted('disk', script), scripted('load', script, { dependsOn: ['disk'] })];
  using bench = watch({ checks, script, start: noon });
  await bench.settle();
  expect(bench.snapshot().incidents).toMatchObject([
    { name: 'Disk', from: noon, detectedAt: noon + 2 * second, affected: ['Load'] },
  ]);
});

test('what a check says is one bounded line without control characters and without secrets', async () => {
  const reason = `first\u0000\nsecond \u202Ehidden sesame ${'x'.repeat(2000)}`;
  using bench = watch({
    checks: ['disk'],
    script: { disk: finding('fail', { reason }) },
    start: noon,
    secrets: ['sesame'],
  });
  await bench.settle();
  const body = bench.alerts()[0]?.body ?? '';
  expect(body).toContain('first second');
  expect(body).not.toContain('sesame');
  expect(body).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(body.length).toBeLessThan(500);
});

test('alerts speak the language of the owner', async () => {
  using bench = watch({ checks: ['disk'], script: { disk: 'fail' }, start: noon, language: 'nl' });
  await bench.settle();
  expect(bench.alerts()[0]).toMatchObject({ title: 'Disk ligt plat', body: 'Sinds 13:00: it is fail' });
});
