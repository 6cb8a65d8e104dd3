import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Check } from '#holding/health/check.ts';
import { checkListOf } from '#holding/health/check-list.ts';
import { Snapshot } from '#holding/health/snapshot.ts';
import { minute, noon, openHealth, scripted, stillClock, temporaryFolder, type Script } from '../support/health.ts';

const never = new AbortController().signal;

function ids(checks: readonly Check[]): string[] {
  return checks.map(({ id }) => id);
}

test('a list that changes is put in order anew; one that has a circle leaves the last good one in force', () => {
  const [a, b] = [scripted('a', {}, { dependsOn: ['b'] }), scripted('b', {})];
  let asked: readonly Check[] = [b];
  const list = checkListOf(() => asked);
  asked = [a, b];
  list.refresh();
  expect([ids(list.listed), ids(list.ordered), list.fault]).toEqual([['a', 'b'], ['b', 'a'], null]);
  asked = [a, scripted('b', {}, { dependsOn: ['a'] })];
  list.refresh();
  expect(ids(list.ordered)).toEqual(['b', 'a']);
  expect(list.fault).toContain('in a circle');
  asked = [b];
  list.refresh();
  expect([ids(list.ordered), list.fault]).toEqual([['b'], null]);
});

test('at the start what cannot be put in order is left out, and all else is watched', () => {
  const circle = [scripted('a', {}, { dependsOn: ['b'] }), scripted('b', {}, { dependsOn: ['a'] })];
  const lost = scripted('lost', {}, { dependsOn: ['nowhere'] });
  const list = checkListOf(() => [...circle, scripted('disk', {}), lost, scripted('disk', {})]);
  expect(ids(list.ordered)).toEqual(['disk']);
  expect(list.fault).toContain('the same id');
});

test('a check that is gone flips to off once, its incident ends, and it leaves the snapshot', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = { mine: { status: 'fail', reason: 'gone', explicit: true } };
  const [disk, mine] = [scripted('disk', script), scripted('mine', script)];
  let checks: readonly Check[] = [disk, mine];
  using bench = openHealth(folder.path, { clock, checks: () => checks });
  await bench.health.beat(never);
  checks = [disk];
  clock.advance(minute);
  const gone = await bench.health.beat(never);
  expect(gone.flips).toMatchObject([{ check: 'mine', from: 'down', to: 'off', at: noon + minute }]);
  expect(gone.flips[0]?.reason).toBe('No longer watched');
  expect(bench.store.incidents(0)).toMatchObject([{ check: 'mine', to: noon + minute }]);
  const snapshot = Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
  expect(snapshot.checks.map(({ id }) => id)).toEqual(['disk']);
  clock.advance(minute);
  expect((await bench.health.beat(never)).flips).toEqual([]);
});

test('one that went away while the monitor was not running is gone at its start; one that returns begins anew', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = { mine: 'fail' };
  const [disk, mine] = [scripted('disk', script), scripted('mine', script)];
  {
    using bench = openHealth(folder.path, { clock, checks: [disk, mine] });
    await bench.health.beat(never);
  }
  clock.advance(minute);
  {
    using bench = openHealth(folder.path, { clock, checks: [disk] });
    expect((await bench.health.beat(never)).flips).toMatchObject([{ check: 'mine', from: 'new', to: 'off' }]);
  }
  clock.advance(minute);
  using bench = openHealth(folder.path, { clock, checks: [disk, mine] });
  await bench.health.beat(never);
  expect(bench.store.memories().get('mine')).toMatchObject({ state: 'new', since: noon + 2 * minute });
});

test('a list that cannot be used stops no beat, and the owner is told', async () => {
  using folder = temporaryFolder();
  const disk = scripted('disk', {});
  let checks: readonly Check[] = [disk];
  using bench = openHealth(folder.path, { clock: stillClock(), checks: () => checks });
  await bench.health.beat(never);
  checks = [disk, scripted('mine', {}, { dependsOn: ['nowhere'] })];
  expect(await bench.health.beat(never, 'all')).toMatchObject({ checked: 1, headline: 'All well' });
  const { attention } = Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
  expect(attention).toMatchObject([{ why: expect.stringContaining('depends on nowhere, which does not exist') }]);
});
