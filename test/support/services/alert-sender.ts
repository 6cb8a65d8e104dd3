import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAlertSender, type Channel } from '#holding/health/alerts/deliver.ts';
import { createFileChannel } from '#holding/health/alerts/file-channel.ts';
import { openHealthStore } from '#holding/health/store/store.ts';
import { systemClock } from '#lib/clock.ts';
import { sayIn } from '#lib/language.ts';
import { silentLog } from '#lib/log.ts';

/**
 * Writes alerts down and delivers them until it is killed: `node alert-sender.ts FOLDER COUNT`. A line on standard
 * output for each that is written down; ends by itself once COUNT were and all are delivered.
 */
const [folder = '', count = '0'] = process.argv.slice(2);
const store = openHealthStore(join(folder, 'health.sqlite'), { now: systemClock.now(), log: silentLog });
const signal = new AbortController().signal;

/** A channel that takes its time, as one on the internet does, and cannot know what it was handed before. */
const slow: Channel = {
  name: 'slow',
  where: 'slowly',
  async deliver(alerts) {
    for (const { title } of alerts) {
      await systemClock.sleep(5);
      appendFileSync(join(folder, 'slow.txt'), `${title}\n`);
      await systemClock.sleep(5);
    }
  },
};
const sender = createAlertSender({
  store,
  channels: [
    createFileChannel({ folder: join(folder, 'alerts'), timezone: 'UTC', language: 'en', clock: systemClock }),
    slow,
  ],
  clock: systemClock,
  log: silentLog,
  say: sayIn('en'),
});

/** As many are told together. */
const atOnce = 3;

const before = store.alerts.newest(1)[0]?.id ?? 0;
for (let number = before + 1; number <= Number(count); number++) {
  const now = systemClock.now();
  const about = { kind: 'opened', check: null, incident: null, at: now, due: now, sound: true } as const;
  store.transaction(() => store.alerts.add({ ...about, title: `alert ${number}`, body: 'It is down' }));
  process.stdout.write(`alert ${number}\n`);
  if (number % atOnce === 0) await sender.deliver(signal);
}
while ((await sender.deliver(signal)).waiting > 0) await systemClock.sleep(10);
store[Symbol.dispose]();
