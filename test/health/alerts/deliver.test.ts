import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAlertSender, type Channel } from '#holding/health/alerts/deliver.ts';
import type { NewAlert } from '#holding/health/store/alerts.ts';
import { openHealthStore, type HealthStore } from '#holding/health/store/store.ts';
import { silentLog } from '#lib/log.ts';
import { fakeClock } from '../../support/clock.ts';
import { minute, noon, say, second, stillClock, temporaryFolder, type StillClock } from '../../support/health.ts';

const signal = new AbortController().signal;

interface Bench extends Disposable {
  readonly store: HealthStore;
  readonly clock: StillClock;
  readonly sender: (...channels: readonly Channel[]) => ReturnType<typeof createAlertSender>;
  readonly add: (title: string, change?: Partial<NewAlert>) => number;
}

function open(): Bench {
  const folder = temporaryFolder();
  const store = openHealthStore(join(folder.path, 'health.sqlite'), { now: noon, log: silentLog });
  const clock = stillClock();
  const about = { kind: 'opened', check: null, incident: null, sound: true, body: '' } as const;
  return {
    store,
    clock,
    sender: (...channels) =>
      createAlertSender({ store, channels, clock, log: silentLog, say, secrets: ['sesame'], timeoutMs: minute }),
    add: (title, change) =>
      store.transaction(() => store.alerts.add({ ...about, at: clock.now(), due: clock.now(), title, ...change })),
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** A channel that remembers what it was handed, and fails as long as it is told to. */
function listener(name = 'ear'): Channel & { readonly heard: string[][]; fault: Error | null } {
  const heard: string[][] = [];
  const channel = {
    name,
    where: { en: 'by ear', nl: 'op het gehoor' },
    heard,
    fault: null as Error | null,
    deliver: async (alerts: Parameters<Channel['deliver']>[0]) => {
      if (channel.fault !== null) throw channel.fault;
      heard.push(alerts.map(({ title }) => title));
    },
  };
  return channel;
}

test('what is due is told once, several at once and in their order; what is not due yet waits', async () => {
  using bench = open();
  const ear = listener();
  const sender = bench.sender(ear);
  for (const title of ['one', 'two']) bench.add(title);
  bench.add('later', { due: noon + minute });
  expect(await sender.deliver(signal)).toEqual({ delivered: 2, waiting: 0 });
  expect(await sender.deliver(signal)).toEqual({ delivered: 0, waiting: 0 });
  bench.clock.advance(minute);
  await sender.deliver(signal);
  expect(ear.heard).toEqual([['one', 'two'], ['later']]);
});

test('a channel that fails holds up no other, and is owed what it did not tell', async () => {
  using bench = open();
  const [ear, wall] = [listener('ear'), listener('wall')];
  const sender = bench.sender(wall, ear);
  wall.fault = new Error('closed');
  bench.add('one');
  expect(await sender.deliver(signal)).toEqual({ delivered: 1, waiting: 1 });
  bench.add('two');
  wall.fault = null;
  bench.clock.advance(minute);
  expect(await sender.deliver(signal)).toEqual({ delivered: 2, waiting: 0 });
  expect(ear.heard).toEqual([['one'], ['two']]);
  expect(wall.heard).toEqual([['one', 'two']]);
});

test('a channel that never answers is given up after its time, and holds up no other', async () => {
  using bench = open();
  const ear = listener();
  const deaf: Channel = { ...listener('deaf'), deliver: () => new Promise(() => {}) };
  const { store } = bench;
  const sender = createAlertSender({ store, channels: [deaf, ear], clock: fakeClock(noon), log: silentLog, say });
  bench.add('one');
  expect(await sender.deliver(signal)).toEqual({ delivered: 1, waiting: 1 });
  expect(sender.standing().fault).toBe('no answer within 30 s');
});

test('what failed is tried again after 5 s, then ever later, at the latest after ten minutes', async () => {
  using bench = open();
  const wall = listener();
  wall.fault = new Error('closed');
  const sender = bench.sender(wall);
  const id = bench.add('one');
  const triedAt = new Set<number>();
  for (let passed = 0; passed < 60 * minute; passed += 5 * second) {
    await sender.deliver(signal);
    triedAt.add((bench.store.alerts.deliveries(id)[0]?.triedAt ?? 0) - noon);
    bench.clock.advance(5 * second);
  }
  const pauses = [...triedAt].map((time, index, all) => (time - (all[index - 1] ?? time)) / second).slice(1);
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
});

test('what was under way when the process died is tried again at once', async () => {
  using bench = open();
  const ear = listener();
  const id = bench.add('one');
  const begun = { alert: id, channel: 'ear', attempts: 1, triedAt: noon, deliveredAt: null, error: null };
  bench.store.alerts.record(begun);
  expect(await bench.sender(ear).deliver(signal)).toEqual({ delivered: 1, waiting: 0 });
  expect(bench.store.alerts.deliveries(id)).toMatchObject([{ attempts: 2, deliveredAt: noon }]);
});

test('a shutdown in the midst of it is no failure of the channel', async () => {
  using bench = open();
  const stop = new AbortController();
  const channel: Channel = {
    ...listener(),
    deliver: (_alerts, within) =>
      new Promise((_resolve, reject) => {
        within.addEventListener('abort', () => reject(new Error('broken off')), { once: true });
        stop.abort(new Error('shutdown'));
      }),
  };
  const id = bench.add('one');
  await expect(bench.sender(channel).deliver(stop.signal)).rejects.toThrow('shutdown');
  expect(bench.store.alerts.deliveries(id)).toMatchObject([{ deliveredAt: null, error: null }]);
});

test('a channel that is new is not told what others told long ago, but all that nobody told', async () => {
  using bench = open();
  const [ear, bot] = [listener('ear'), listener('bot')];
  bench.add('old');
  await bench.sender(ear).deliver(signal);
  ear.fault = new Error('gone');
  bench.add('new');
  await bench.sender(ear, bot).deliver(signal);
  bench.add('newer');
  await bench.sender(ear, bot).deliver(signal);
  expect(bot.heard).toEqual([['new'], ['newer']]);
});

test('how it stands tells what did not get through, since when and why, without secrets', async () => {
  using bench = open();
  const wall = listener();
  const sender = bench.sender(wall);
  expect(sender.standing()).toEqual({ undelivered: 0, oldestDueAt: null, fault: null });
  wall.fault = new Error('refused with sesame\u0007');
  bench.add('one');
  await sender.deliver(signal);
  expect(sender.standing()).toEqual({ undelivered: 1, oldestDueAt: noon, fault: 'refused with [redacted] ' });
  wall.fault = null;
  bench.clock.advance(minute);
  await sender.deliver(signal);
  expect(sender.standing()).toEqual({ undelivered: 0, oldestDueAt: null, fault: null });
});

test('one that is only just due is under way, not undelivered', () => {
  using bench = open();
  const sender = bench.sender(listener());
  bench.add('one');
  expect(sender.standing().undelivered).toBe(0);
  bench.clock.advance(2 * minute);
  expect(sender.standing()).toMatchObject({ undelivered: 1, oldestDueAt: noon });
});

test('the course of an incident says when and where it was told', async () => {
  using bench = open();
  const flips = [{ check: 'disk', from: 'up', to: 'down', at: noon, reason: 'full' }] as const;
  const heart = { seq: 1, beatAt: noon, state: 'down', since: noon } as const;
  const nothing = { looks: new Map(), memories: new Map(), forgotten: [], gap: null };
  bench.store.transaction(() => bench.store.save({ heart, flips, ...nothing }));
  bench.add('Disk is down', { incident: 1 });
  bench.clock.advance(second);
  await bench.sender(listener()).deliver(signal);
  expect(bench.store.course.events(1)).toEqual([
    { at: noon + second, kind: 'told', text: 'Told by ear: Disk is down' },
  ]);
});
