import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAlertSender } from '#holding/health/alerts/deliver.ts';
import { createFileChannel } from '#holding/health/alerts/file-channel.ts';
import alertSend from '#jobs/alert-send.ts';
import heartbeat from '#jobs/heartbeat.ts';
import type { JobContext } from '#queue/job.ts';
import type { Omega } from '#jobs/omega.ts';
import { silentLog } from '#lib/log.ts';
import { watch, type Watch } from '../../support/alerts.ts';
import { finding, noon, say, second, temporaryFolder } from '../../support/health.ts';
import { emptyOutbox } from '../../support/empty-outbox.ts';
import { noDeeds } from '../../support/no-deeds.ts';

/** What the jobs of the heartbeat use, over a real store and a real folder. */
function contextOver(bench: Watch, folder: string): JobContext<Omega> & { readonly asked: string[] } {
  const { store, clock } = bench;
  const asked: string[] = [];
  const channels = [createFileChannel({ folder, timezone: 'Europe/Amsterdam', language: 'en', clock })];
  return {
    asked,
    signal: new AbortController().signal,
    log: () => {},
    progress: () => {},
    enqueue: async (name) => {
      asked.push(name);
      return name;
    },
    clock,
    scheduledAt: noon,
    reason: 'tick',
    omega: {
      health: { beat: bench.beat, prune: () => 0 },
      alerts: createAlertSender({ store, channels, clock, log: silentLog, say }),
      outside: { tell: async () => {}, standing: () => null },
      site: { render: async () => ({ written: [], cpuMs: 0 }) },
      trends: { open: async () => Promise.reject(new Error('these jobs make no reports')) },
      memory: async () => Promise.reject(new Error('these jobs remember nothing')),
      outbox: emptyOutbox,
      deeds: noDeeds,
    },
  };
}

test('a heartbeat that finds something down asks for it to be told, and the job tells it in a file', async () => {
  using folder = temporaryFolder();
  using bench = watch({ checks: ['disk'], script: { disk: finding('fail', { reason: 'It is full' }) }, start: noon });
  const context = contextOver(bench, folder.path);
  await heartbeat.run({}, context);
  expect(context.asked).not.toContain('alert-send');
  bench.clock.advance(2 * second);
  await heartbeat.run({}, context);
  expect(context.asked).toContain('alert-send');
  expect(await alertSend.run({}, context)).toEqual({ delivered: 1, waiting: 0 });
  const [name = ''] = await readdir(folder.path);
  expect(await readFile(join(folder.path, name), 'utf8')).toMatch(/^Disk is down\n\nSince 13:00: It is full\n/);
  expect(bench.store.course.events(1).at(-1)?.text).toBe('Told in the export folder: Disk is down');
});
