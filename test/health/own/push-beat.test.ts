import { expect, test } from 'vitest';
import type { Push } from '#holding/health/check.ts';
import type { Beat } from '#holding/health/health.ts';
import { pushCheck } from '#holding/health/own/push.ts';
import {
  hour,
  minute,
  noon,
  openHealth,
  probesOf,
  scripted,
  second,
  stillClock,
  temporaryFolder,
  type HealthBench,
} from '../../support/health.ts';

const check = pushCheck({
  id: 'backup',
  name: 'Backup',
  group: 'mine',
  nextOf: (after) => after + hour,
  graceMs: 5 * minute,
  maxRunMs: 10 * minute,
  timezone: 'UTC',
});

const { signal } = new AbortController();

/** A worker on a folder whose beats come when the last one said that the next is due, and when the bell rings. */
function worker(folder: string, start = noon) {
  const clock = stillClock(start);
  let bench: HealthBench;
  let meanwhile = (): void => {};
  const busy = scripted(
    'busy',
    {},
    {
      run: async () => {
        clock.advance(1);
        meanwhile();
        return { status: 'ok', reason: 'busy' };
      },
      everyMs: hour,
    },
  );
  const probes = () =>
    probesOf({
      pushes: {
        of: (...of) => bench.store.pushes.of(...of),
        heardBetween: (...times) => bench.store.pushes.heardBetween(...times),
      },
    });
  const open = (): void => {
    bench = openHealth(folder, { clock, checks: [check, busy], probes: probes() });
  };
  open();
  const beat = (which: 'due' | 'all' = 'due'): Promise<Beat> => bench.health.beat(signal, which);
  return {
    beat,
    call: (kind: Push['kind'], body = '') =>
      bench.store.pushes.add('backup', { at: clock.now(), kind, run: null, exitCode: null, body }),
    /** Beats on until that time, as the queue has it. */
    until: async (time: number) => {
      const flips = [];
      for (let last = await beat(); ; last = await beat()) {
        for (const flip of last.flips) if (flip.check === 'backup') flips.push({ ...flip, seenAt: clock.now() });
        const next = Math.max(
          clock.now() + 1,
          Math.min(last.nextDueAt, (Math.floor(clock.now() / minute) + 1) * minute),
        );
        if (next > time) break;
        clock.set(next);
      }
      clock.set(time);
      return flips;
    },
    /** Something happens while everything is looked at, a millisecond after the beginning. */
    whileLooking: (happens: () => void) => (meanwhile = happens),
    /** Ends, and comes back so much later. */
    restartAfter: (ms: number) => {
      bench[Symbol.dispose]();
      clock.advance(ms);
      open();
    },
    [Symbol.dispose]: () => bench[Symbol.dispose](),
  };
}

test('what did not call is late and then down, each found within two seconds of its time and dated to it', async () => {
  using folder = temporaryFolder();
  using omega = worker(folder.path, noon + 20 * second);
  omega.call('success');
  const flips = await omega.until(noon + 3 * hour);
  expect(flips.map(({ to, at }) => [to, at])).toEqual([
    ['up', noon + 20 * second],
    ['late', noon + hour + 20 * second],
    ['down', noon + hour + 5 * minute + 20 * second],
  ]);
  for (const { at, seenAt } of flips) expect(seenAt - at).toBeLessThanOrEqual(2 * second);
});

test('a deadline that passed during a restart is judged by its first heartbeat, and dated to itself', async () => {
  using folder = temporaryFolder();
  using omega = worker(folder.path, noon + 20 * second);
  omega.call('success');
  await omega.until(noon + 65 * minute);
  omega.restartAfter(minute);
  const { flips } = await omega.beat();
  expect(flips).toMatchObject([{ from: 'late', to: 'down', at: noon + 65 * minute + 20 * second }]);
});

test('a failure that is told is down at the heartbeat that the bell brings, and up again after a success', async () => {
  using folder = temporaryFolder();
  using omega = worker(folder.path);
  omega.call('success');
  await omega.until(noon + 10 * minute + 7 * second);
  omega.call('fail', 'disk full');
  const { flips } = await omega.beat();
  expect(flips).toMatchObject([
    { to: 'down', at: noon + 10 * minute + 7 * second, reason: 'Told of a failure: disk full' },
  ]);
  await omega.until(noon + 20 * minute + 3 * second);
  omega.call('success');
  const back = await omega.until(noon + 21 * minute + 30 * second);
  expect(back).toMatchObject([{ to: 'up' }]);
});

test('a run that hangs is down since its deadline', async () => {
  using folder = temporaryFolder();
  using omega = worker(folder.path);
  omega.call('success');
  await omega.until(noon + 30 * minute + 5 * second);
  omega.call('start');
  const flips = await omega.until(noon + 50 * minute);
  expect(flips).toMatchObject([{ to: 'down', at: noon + 40 * minute + 5 * second }]);
  expect((flips[0]?.seenAt ?? 0) - (flips[0]?.at ?? 0)).toBeLessThanOrEqual(2 * second);
});

test('a call that comes while it is looked at makes the next heartbeat due at once, and once', async () => {
  using folder = temporaryFolder();
  using omega = worker(folder.path, noon + 7 * second);
  omega.call('success');
  await omega.until(noon + 10 * second);
  omega.whileLooking(() => omega.call('fail'));
  const { nextDueAt } = await omega.beat('all');
  expect(nextDueAt).toBe(noon + 10 * second + 1);
  omega.whileLooking(() => {});
  expect((await omega.beat()).flips).toMatchObject([{ to: 'down', at: noon + 10 * second + 1 }]);
  expect((await omega.until(noon + 12 * second)).length).toBe(0);
});

test('a call that is dated in the future, by a clock that was set back, keeps nobody busy', async () => {
  using folder = temporaryFolder();
  using omega = worker(folder.path, noon + hour);
  omega.call('success');
  await omega.beat();
  omega.restartAfter(-30 * minute);
  await omega.beat();
  const { nextDueAt } = await omega.beat();
  expect(nextDueAt).toBeGreaterThanOrEqual(noon + 30 * minute + 10 * second); // What it saw is to be told then.
});
