import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Check } from '#holding/health/check.ts';
import type { Flip } from '#holding/health/health.ts';
import { Snapshot, type CheckView } from '#holding/health/snapshot.ts';
import type { Hold } from '#holding/health/store/holds.ts';
import { liveUntil } from '../../support/health-days.ts';
import {
  hour,
  minute,
  noon,
  openHealth,
  scripted,
  second,
  stillClock,
  temporaryFolder,
  type HealthBench,
  type Script,
  type StillClock,
} from '../../support/health.ts';

interface Scene {
  readonly clock: StillClock;
  readonly bench: HealthBench;
  readonly script: Script;
  readonly hold: (hold: Partial<Hold>) => void;
  /** Lets time pass; resolves to what flipped. */
  readonly live: (ms: number) => Promise<readonly Flip[]>;
  readonly seen: (id: string) => CheckView | undefined;
}

/** A parent `disk` and what needs it, `load`. */
async function scene(play: (scene: Scene) => Promise<void>, more: Partial<Check> = {}): Promise<void> {
  using folder = temporaryFolder();
  const clock = stillClock();
  const script: Script = {};
  const checks = [scripted('disk', script, more), scripted('load', script, { dependsOn: ['disk'] })];
  using bench = openHealth(folder.path, { clock, checks });
  await play({
    clock,
    bench,
    script,
    hold: (hold) =>
      bench.store.holds.add({ check: 'disk', kind: 'paused', from: clock.now(), until: null, why: '', ...hold }),
    live: async (ms) =>
      (await liveUntil(clock.now() + ms, { health: bench.health, clock })).flatMap(({ flips }) => flips),
    seen: (id) => {
      const { checks: views } = Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
      return views.find((view) => view.id === id);
    },
  });
}

function told(flips: readonly Flip[]): string[] {
  return flips.map(({ check, to, at }) => `${check} ${to} ${(at - noon) / second}`);
}

test('what is paused is not looked at, says until when and why, and is looked at anew at the exact end', () =>
  scene(async ({ hold, live, script, seen, bench }) => {
    hold({ from: noon + 90 * second, until: noon + 10 * minute + 700, why: 'new disk' });
    await live(90 * second);
    script['disk'] = 'fail';
    expect(told(await live(5 * minute))).toEqual(['disk paused 90']);
    expect(seen('disk')).toMatchObject({ state: 'paused', reason: 'Paused until 13:10: new disk' });
    const looks = bench.store.observations(noon + 90 * second).filter(({ check }) => check === 'disk');
    expect(looks).toEqual([]);
    script['disk'] = 'ok';
    expect(told(await live(5 * minute))).toEqual(['disk up 600.7']);
  }));

test('in maintenance it is looked at and nothing is decided; afterwards it takes two fails again', () =>
  scene(async ({ hold, live, script, bench }) => {
    await live(minute);
    hold({ kind: 'maintenance', until: noon + 5 * minute });
    script['disk'] = 'fail';
    script['load'] = 'ok';
    expect(told(await live(3 * minute))).toEqual(['disk maintenance 60']);
    expect(bench.store.observations(noon + minute).filter(({ status }) => status === 'fail').length).toBeGreaterThan(1);
    const flips = await live(2 * minute);
    expect(told(flips.filter(({ check }) => check === 'disk'))).toEqual(['disk unknown 300', 'disk down 300']);
  }));

test('a maintenance that is planned begins and ends to the millisecond', () => {
  const [from, until] = [noon + 2 * minute + 1234, noon + 4 * minute + 567];
  const maintenanceAt = (now: number): ReturnType<NonNullable<Check['maintenanceAt']>> =>
    now >= from && now < until ? { until, reason: { en: 'backups', nl: 'reservekopieën' } } : null;
  return scene(
    async ({ live, seen }) => {
      expect(told(await live(4 * minute)).slice(2)).toEqual(['disk maintenance 121.234']);
      expect(seen('disk')?.reason).toBe('In maintenance until 13:04: backups');
      expect(told(await live(minute))).toEqual(['disk up 240.567']);
    },
    { maintenanceAt },
  );
});

test('down, paused and down again is one incident', () =>
  scene(async ({ hold, live, script, bench }) => {
    script['load'] = 'off';
    await live(minute);
    script['disk'] = 'fail';
    await live(minute);
    hold({ until: noon + 4 * minute });
    expect(told(await live(3 * minute)).map((one) => one.split(' ')[1])).toEqual(['paused', 'down']);
    expect(bench.store.incidents(0)).toMatchObject([{ check: 'disk', to: null }]);
  }));

test('what a pause hid and is well afterwards needs its two oks, and its incident ends', () =>
  scene(async ({ hold, live, script, bench }) => {
    script['load'] = 'off';
    await live(minute);
    script['disk'] = 'fail';
    await live(minute);
    hold({ until: noon + 4 * minute });
    script['disk'] = 'ok';
    expect(told(await live(3 * minute)).slice(-2)).toEqual(['disk unknown 240', 'disk up 240']);
    expect(bench.store.incidents(0)).toMatchObject([{ check: 'disk', to: noon + 4 * minute }]);
  }));

test('a pause that is resumed early ends when the next beat notices', () =>
  scene(async ({ hold, live, bench, clock }) => {
    await live(minute);
    hold({});
    await live(2 * minute);
    bench.store.holds.end({ check: 'disk' }, clock.now());
    const at = (clock.now() - noon) / second;
    expect(told(await live(second))).toEqual([`disk up ${at}`]);
  }));

test('while a parent is in maintenance what needs it is in maintenance too where it is not well, and only there', () =>
  scene(async ({ hold, live, script, seen }) => {
    await live(minute);
    hold({ kind: 'maintenance', until: noon + 5 * minute });
    expect(told(await live(minute))).toEqual(['disk maintenance 60']);
    script['load'] = 'fail';
    expect(told(await live(2 * minute))).toEqual(['load maintenance 120']);
    expect(seen('load')).toMatchObject({ reason: 'Disk is in maintenance', blockedBy: 'disk' });
    script['load'] = 'ok';
    expect(told(await live(2 * minute))).toEqual(['load up 240', 'disk up 300']);
  }));

test('what is paused by its declaration is paused until that is changed, says so, and is not looked at', async () => {
  using folder = temporaryFolder();
  const clock = stillClock();
  const plain = scripted('disk', {});
  const paused: Check = { ...plain, paused: { en: 'Paused in checks.yaml', nl: 'Gepauzeerd in checks.yaml' } };
  let checks = [plain];
  using bench = openHealth(folder.path, { clock, checks: () => checks });
  const flipsUntil = async (time: number): Promise<string[]> =>
    told((await liveUntil(time, { health: bench.health, clock })).flatMap(({ flips }) => flips));
  await flipsUntil(noon + 10 * second);
  checks = [paused];
  bench.store.holds.add({ check: 'disk', kind: 'maintenance', from: noon, until: null, why: '' });
  expect(await flipsUntil(noon + 5 * minute)).toEqual(['disk paused 60']);
  expect(bench.store.observations(noon + 10 * second)).toEqual([]);
  const { checks: views, overall } = Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
  expect(views).toMatchObject([{ state: 'paused', reason: 'Paused in checks.yaml' }]);
  expect(overall.state).toBe('unknown');
  bench.store.holds.end({ check: 'disk' }, clock.now());
  checks = [plain];
  expect(await flipsUntil(noon + 7 * minute)).toEqual(['disk up 300']);
});

test('a parent that is paused blocks nobody', () =>
  scene(async ({ hold, live, script }) => {
    await live(minute);
    hold({ until: noon + hour });
    script['load'] = 'fail';
    expect(told(await live(3 * minute)).at(-1)).toMatch(/^load down 6/);
  }));

test('a hold of all pauses everything, and nothing is green then', () =>
  scene(async ({ hold, live, bench }) => {
    await live(minute);
    hold({ check: null });
    await live(minute);
    const { overall } = Snapshot.parse(JSON.parse(readFileSync(bench.snapshotPath, 'utf8')));
    expect(overall).toMatchObject({ state: 'unknown', headline: 'Nothing is watched' });
  }));

test('a snooze changes no state', () =>
  scene(async ({ hold, live }) => {
    await live(minute);
    hold({ kind: 'snoozed', until: noon + hour });
    expect(await live(minute)).toEqual([]);
  }));
