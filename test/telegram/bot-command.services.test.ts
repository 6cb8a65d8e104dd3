import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { openHealthStore } from '#holding/health/store/store.ts';
import { openBeside } from '#holding/health/store/database.ts';
import { incidentsIn } from '#holding/health/store/incidents.ts';
import { holdsIn } from '#holding/health/store/holds.ts';
import botCommand from '#jobs/bot-command.ts';
import type { Omega } from '#jobs/omega.ts';
import { systemClock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { makeFolders } from '#ops/folders.ts';
import { connect } from '#queue/connection.ts';
import { defineJobFor } from '#queue/job.ts';
import { openQueues } from '#queue/queues.ts';
import { startWorkers } from '#queue/worker.ts';
import { z } from 'zod';
import { botDeeds } from '../../scripts/bot-deeds.ts';
import { performIn } from '../../scripts/bot-jobs.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { temporarySettings } from '../support/ops.ts';
import { memoryRecorder } from '../support/queue.ts';
import { startRedis } from '../support/redis.ts';
import { openBotRig, signal, type BotRig } from './bot-rig.ts';

const redisServer = await startRedis();
const api = await startFakeBotApi();
const settings = await temporarySettings();
await makeFolders(settings.paths);
openHealthStore(settings.paths.healthDb, { now: systemClock.now(), log: silentLog })[Symbol.dispose]();
const redis = connect(redisServer.target, { patience: 'prompt', log: silentLog });
const patient = connect(redisServer.target, { patience: 'patient', log: silentLog });
const heartbeat = defineJobFor<Omega>()({
  name: 'heartbeat',
  summary: 'stands in for the real one',
  schedule: null,
  input: z.object({ news: z.boolean().default(false) }),
  policy: { queue: 'canary', timeoutMs: 1000, overlap: 'allow' },
  run: async () => 'done',
});
const queues = openQueues<Omega>({ jobs: [botCommand, heartbeat], redis });
const rig = openBotRig(api, { perform: performIn(queues) });
const { mandates } = rig;
const deeds = botDeeds({ settings, queues, mandates, log: silentLog });
const recorder = memoryRecorder();
const omega = { deeds } as Omega;
const workers = await startWorkers({ queues, redis: patient, omega, clock: systemClock, log: silentLog, recorder });
afterAll(async () => {
  await workers[Symbol.asyncDispose]();
  await queues[Symbol.asyncDispose]();
  redis.disconnect();
  patient.disconnect();
  rig[Symbol.dispose]();
  await api[Symbol.asyncDispose]();
  await redisServer[Symbol.asyncDispose]();
  await settings[Symbol.asyncDispose]();
});

async function setToolCalls({ mandates: { standing } }: BotRig, count: number): Promise<void> {
  const { path } = await standing('marketing');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/toolCalls: \d+/, `toolCalls: ${count}`));
}

test('/pause halts the agents’ work and /resume lets it go on, while the other queues go on', async () => {
  expect(await rig.ask('/pause')).toContain('The agents pause');
  expect(await queues.get('swarm').isPaused()).toBe(true);
  expect(await queues.get('report').isPaused()).toBe(false);
  expect(await rig.ask('/resume')).toContain('The agents go on');
  expect(await queues.get('swarm').isPaused()).toBe(false);
});

test('a deed that is handled twice is done once, and its outcome is told both times', async () => {
  const before = recorder.outcomes('bot-command').length;
  const [first, second] = await Promise.all(
    [1, 2].map(() => performIn(queues)('bot-command', { do: 'pause' }, { id: 'tg-1', signal })),
  );
  expect([first, second]).toEqual([
    { state: 'done', result: 'pause' },
    { state: 'done', result: 'pause' },
  ]);
  expect(recorder.outcomes('bot-command').length).toBe(before + 1);
  await rig.ask('/resume');
});

test('/approve approves what was shown, and nothing that came in between', async () => {
  await setToolCalls(rig, 71);
  await rig.ask('/approve marketing');
  await setToolCalls(rig, 99);
  expect(await rig.press('Yes, do it')).toContain('so nothing was approved');
  expect((await mandates.standing('marketing')).state).toBe('unapproved');
  await rig.ask('/approve marketing');
  expect(await rig.press('Yes, do it')).toContain('is approved');
  expect((await mandates.standing('marketing')).state).toBe('approved');
});

test('a check is quiet for an hour, and until the morning', async () => {
  const perform = performIn(queues);
  const before = systemClock.now();
  await perform('bot-command', { do: 'quiet', check: 'redis', span: 'hour' }, { id: 'tg-2', signal });
  await perform('bot-command', { do: 'quiet', check: 'redis', span: 'morning' }, { id: 'tg-3', signal });
  using db = openBeside(settings.paths.healthDb);
  const [hour, morning] = holdsIn(db).from(before);
  expect(hour).toMatchObject({ check: 'redis', kind: 'snoozed' });
  expect((hour?.until ?? 0) - before).toBeGreaterThanOrEqual(3_600_000);
  expect((hour?.until ?? 0) - before).toBeLessThan(3_700_000);
  expect((morning?.until ?? 0) - before).toBeLessThanOrEqual(86_400_000);
  expect(new Date(morning?.until ?? 0).toISOString()).toMatch(/:00:00\.000Z$/);
});

test('an alert that is seen stands in the course of its incident, with the first time', async () => {
  using db = openBeside(settings.paths.healthDb);
  db.exec(`INSERT INTO watched (id, name) VALUES (900, 'disk');
    INSERT INTO incident (id, watched, began, state, reason) VALUES (5, 900, 1, 'down', 'It is full');
    INSERT INTO alert (id, kind, watched, incident, at, due, sound, title, body) VALUES (17, 'opened', 900, 5, 2, 2, 1, 'x', '')`);
  const perform = performIn(queues);
  const before = systemClock.now();
  const seen = await perform('bot-command', { do: 'seen', alert: 17 }, { id: 'tg-4', signal });
  const again = await perform('bot-command', { do: 'seen', alert: 17 }, { id: 'tg-5', signal });
  expect([seen, again]).toEqual([
    { state: 'done', result: 'noted' },
    { state: 'done', result: 'noted' },
  ]);
  const events = incidentsIn(db).events(5);
  expect(events).toMatchObject([{ kind: 'seen', text: '' }]);
  expect(events[0]?.at).toBeGreaterThanOrEqual(before);
});

test('an alert that is about no incident changes nothing', async () => {
  const end = await performIn(queues)('bot-command', { do: 'seen', alert: 4711 }, { id: 'tg-6', signal });
  expect(end).toEqual({ state: 'done', result: 'unknown' });
});
