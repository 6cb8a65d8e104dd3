import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { healthOf } from '#site/healthz.ts';
import { scenes, sceneTime } from '../support/snapshots.ts';
import { temporaryFolder } from '../support/site.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'snapshot.json');
});

afterAll(async () => folder[Symbol.asyncDispose]());

test('no snapshot yet is unknown', async () => {
  expect(await healthOf(join(folder.path, 'none.json'), sceneTime)).toEqual({
    state: 'unknown',
    ageMs: null,
    seq: null,
    reason: 'the heartbeat has not looked yet',
    fresh: false,
  });
});

test.each([
  ['fresh, and says how the machine is', 1000, 'down', true],
  ['fresh up to its last millisecond', 150_000, 'down', true],
  ['stale past it', 150_001, 'stale', false],
  ['fresh when a clock was mended by seconds', -5000, 'down', true],
  ['unknown when dated in the future', -60_000, 'unknown', false],
])('a snapshot is %s', async (...[, age, state, fresh]) => {
  await writeFile(path, JSON.stringify(scenes.oneDown()));
  expect(await healthOf(path, sceneTime + age)).toMatchObject({ state, fresh, ageMs: age, seq: 4711 });
});

test.each(['', '{"seq":1}', 'null'])('a snapshot that reads %j is unknown', async (content) => {
  await writeFile(path, content);
  const { state, fresh, reason } = await healthOf(path, sceneTime);
  expect([state, fresh]).toEqual(['unknown', false]);
  expect(reason).toContain('cannot be read');
});
