import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHealthStore, type HealthStore } from '#holding/health/store/store.ts';
import { silentLog } from '#lib/log.ts';
import { watch } from '../../support/alerts.ts';
import { finding, minute, noon, scripted, second, temporaryFolder, type Script } from '../../support/health.ts';

function open(folder: string): HealthStore {
  return openHealthStore(join(folder, 'health.sqlite'), { now: noon, log: silentLog });
}

test('the course of an incident: the first failing look, when it was decided, whom it blocked, what changed, its end', async () => {
  const script: Script = { disk: finding('fail', { reason: 'It is full' }) };
  const checks = [scripted('disk', script), scripted('load', script, { dependsOn: ['disk'] })];
  using bench = watch({ checks, script, start: noon });
  await bench.settle();
  script['disk'] = 'unknown';
  bench.clock.set(noon + minute);
  await bench.beat();
  script['disk'] = 'ok';
  bench.clock.set(noon + 2 * minute);
  await bench.beatFor(2 * minute);
  expect(bench.store.incidents(0)).toMatchObject([
    { from: noon, detectedAt: noon + 2 * second, to: noon + 2 * minute, affected: ['load'], reason: 'It is full' },
  ]);
  expect(bench.store.course.events(1).map(({ at, kind, text }) => [at - noon, kind, text])).toEqual([
    [0, 'failing', 'It is full'],
    [2 * second, 'detected', 'It counts as down'],
    [2 * second, 'affected', '1 check waits for it: Load'],
    [minute, 'changed', 'Unknown: it is unknown'],
    [2 * minute, 'ended', 'Up: it is ok'],
  ]);
});

test('what is blocked later joins those that wait, and nobody leaves them', async () => {
  const script: Script = { disk: 'fail' };
  const checks = [
    scripted('disk', script),
    scripted('load', script, { dependsOn: ['disk'] }),
    scripted('page', script, { dependsOn: ['disk'] }),
  ];
  script['page'] = 'off';
  using bench = watch({ checks, script, start: noon });
  await bench.settle();
  expect(bench.store.incidents(0)[0]?.affected).toEqual(['load']);
  Object.assign(script, { page: 'fail', load: 'off' });
  await bench.beatFor(3 * minute);
  expect(bench.store.incidents(0)[0]?.affected).toEqual(['load', 'page']);
});

test('an incident that a full disk kept from being written down is opened and told as soon as there is room', async () => {
  using bench = watch({ checks: ['disk'], start: noon });
  await bench.settle();
  bench.script['disk'] = 'fail';
  const { save } = bench.store;
  Object.assign(bench.store, {
    save: () => {
      throw new Error('database or disk is full');
    },
  });
  bench.clock.set(noon + minute);
  await bench.settle();
  expect(bench.store.incidents(0)).toEqual([]);
  Object.assign(bench.store, { save });
  bench.clock.advance(minute);
  await bench.beat();
  expect(bench.store.incidents(0)).toMatchObject([{ check: 'disk', from: noon + minute, to: null }]);
  expect(bench.alerts()).toMatchObject([{ kind: 'opened' }]);
});

test('an incident that ended is deleted with its course after 400 days, an open one never', async () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const heart = { seq: 1, beatAt: noon, state: 'down', since: noon } as const;
  const nothing = { looks: new Map(), memories: new Map(), forgotten: [], gap: null };
  const down = { from: 'up', to: 'down', at: 0, reason: 'it is so' } as const;
  const up = { from: 'down', to: 'up', at: minute, reason: 'it is so' } as const;
  const flips = [
    { check: 'old', ...down },
    { check: 'old', ...up },
    { check: 'open', ...down },
  ];
  store.transaction(() => store.save({ heart, flips, ...nothing }));
  for (const id of [1, 2]) store.course.note(id, { at: 0, kind: 'failing', text: 'it is so' });
  store.prune(noon);
  expect(store.incidents(0)).toMatchObject([{ check: 'open' }]);
  expect(store.course.events(1)).toEqual([]);
  expect(store.course.events(2)).toHaveLength(1);
});
