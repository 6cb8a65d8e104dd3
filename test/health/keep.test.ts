import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Snapshot, type Attention } from '#holding/health/snapshot.ts';
import type { HealthStore } from '#holding/health/store/store.ts';
import {
  finding,
  hour,
  minute,
  noon,
  openHealth,
  scripted,
  stillClock,
  temporaryFolder,
  type HealthBench,
  type Script,
  type StillClock,
} from '../support/health.ts';

const never = new AbortController().signal;

interface Scene {
  readonly bench: HealthBench;
  readonly clock: StillClock;
  readonly script: Script;
  readonly disk: { isFull: boolean };
  readonly beatAfter: (ms: number) => Promise<void>;
}

/** A heartbeat over `load`, whose records cannot be written while the disk is full; it beat once at noon. */
async function onADisk(play: (scene: Scene) => Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  const [clock, script, disk] = [stillClock(), {} satisfies Script, { isFull: false }];
  using real = openHealth(folder.path, { clock, checks: [] });
  const save: HealthStore['save'] = (beat) => {
    if (disk.isFull) throw new Error('database or disk is full');
    real.store.save(beat);
  };
  const checks = [scripted('load', script, { recoverAfter: 1 })];
  using bench = openHealth(folder.path, { clock, checks, store: { ...real.store, save }, language: 'nl' });
  const beatAfter = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await bench.health.beat(never);
  };
  await beatAfter(0);
  await play({ bench, clock, script, disk, beatAfter });
}

function attention({ snapshotPath }: HealthBench): readonly Attention[] {
  return Snapshot.parse(JSON.parse(readFileSync(snapshotPath, 'utf8'))).attention;
}

test('what changed while nothing could be written down is written down once it can, and told as the past', () =>
  onADisk(async ({ bench, script, disk, beatAfter }) => {
    disk.isFull = true;
    script['load'] = finding('fail', { explicit: true });
    await beatAfter(minute);
    script['load'] = 'ok';
    await beatAfter(minute);
    expect(attention(bench)).toEqual([
      expect.objectContaining({ why: 'De laatste ronde kon niet worden opgeslagen: database or disk is full' }),
    ]);
    disk.isFull = false;
    await beatAfter(1000); // Nothing is looked at.
    expect(bench.store.flips('load', 0).map(({ to, at }) => `${to} ${(at - noon) / minute}`)).toEqual([
      'up 0',
      'down 1',
      'up 2',
    ]);
    expect(bench.store.memories().get('load')).toMatchObject({ state: 'up', since: noon + 2 * minute });
    expect(bench.store.incidents(0)).toMatchObject([{ from: noon + minute, to: noon + 2 * minute }]);
    expect(bench.store.alerts.newest(9)).toMatchObject([{ kind: 'ended', title: expect.stringContaining('lag plat') }]);
    await beatAfter(minute);
    expect(bench.store.alerts.newest(9)).toHaveLength(1);
  }));

test('a time without a heartbeat is told though the first beat after it could not be written down', () =>
  onADisk(async ({ bench, disk, beatAfter }) => {
    disk.isFull = true;
    await beatAfter(3 * hour);
    disk.isFull = false;
    await beatAfter(minute);
    expect(bench.store.alerts.newest(9)).toMatchObject([{ kind: 'gap' }]);
    expect(bench.store.history.gaps(0)).toEqual([{ from: noon, to: noon + 3 * hour }]);
  }));
