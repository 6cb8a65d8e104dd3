import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openHealthStore } from '#holding/health/store/store.ts';
import type { Site } from '#jobs/omega.ts';
import { createLog, silentLog } from '#lib/log.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import type { Renderer } from '#site/render.ts';
import { createWorkerSite } from '../../scripts/worker-site.ts';
import { fakeClock } from '../support/clock.ts';
import { builtRenderer, temporaryFolder } from '../support/site.ts';
import { scenes, sceneTime } from '../support/snapshots.ts';

const never = new AbortController().signal;
let built: Awaited<ReturnType<typeof temporaryFolder>>;
let renderer: Renderer;

beforeAll(async () => {
  built = await temporaryFolder();
  renderer = await builtRenderer(built.path);
}, 120_000);

afterAll(async () => built[Symbol.asyncDispose]());

interface WorkerSite {
  readonly site: Site;
  readonly paths: DataPaths;
  readonly lines: readonly string[];
  readonly read: (path: string) => Promise<string>;
}

/** The site of a data folder in which Redis went down. */
async function workerSite(): Promise<WorkerSite> {
  const { path, [Symbol.asyncDispose]: remove } = await temporaryFolder();
  onTestFinished(remove);
  const paths = dataPaths({ dataDir: path });
  const store = openHealthStore(paths.healthDb, { now: sceneTime, log: silentLog });
  onTestFinished(() => store[Symbol.dispose]());
  const heart = { seq: 1, beatAt: sceneTime, state: 'down', since: sceneTime } as const;
  const flip = { check: 'redis', from: 'up', to: 'down', at: sceneTime - 60_000, reason: 'no answer' } as const;
  store.save({ heart, looks: new Map(), memories: new Map(), flips: [flip], forgotten: [], gap: null });
  await writeFile(paths.snapshot, JSON.stringify(scenes.oneDown()));
  const lines: string[] = [];
  const log = createLog({ name: 'test', write: (line) => void lines.push(line) });
  const site = createWorkerSite({
    paths,
    clock: fakeClock(sceneTime),
    log,
    store,
    unitJobs: { marketing: ['trend-report'] },
    load: async () => renderer,
  });
  return { site, paths, lines, read: (name) => readFile(join(paths.site, name), 'utf8') };
}

test('the site is drawn of the snapshot and of the records', async () => {
  const { site, read, lines } = await workerSite();
  await site.render(never);
  expect(await read('index.html')).toContain('Redis is down');
  expect(await read('incidents/1/index.html')).toContain('No answer');
  expect(await read('feed.xml')).toContain('incidents/1/');
  expect(lines).toEqual([]);
});

test('where the records cannot be read the pages say so, and none is removed', async () => {
  const { site, paths, read, lines } = await workerSite();
  await site.render(never);
  await mkdir(join(paths.site, 'incidents/77'));
  const db = new DatabaseSync(paths.healthDb);
  db.exec('ALTER TABLE incident RENAME TO lost');
  await site.render(never);
  expect(await read('incidents/index.html')).toContain('The records of the past cannot be read');
  expect(await read('checks/redis/index.html')).toContain('The records of the past cannot be read');
  expect(await readdir(join(paths.site, 'incidents'))).toContain('77');
  expect(lines.join()).toContain('the records of the past cannot be read');

  db.exec('ALTER TABLE lost RENAME TO incident');
  db.close();
  await site.render(never);
  expect(await read('checks/redis/index.html')).not.toContain('The records of the past cannot be read');
  expect(await readdir(join(paths.site, 'incidents'))).not.toContain('77');
});

test('a report that cannot be listed keeps no other page from being drawn', async () => {
  const { site, paths, read, lines } = await workerSite();
  await writeFile(paths.units, 'not a folder');
  await site.render(never);
  expect(await read('reports/index.html')).toContain('</html>');
  expect(await read('index.html')).toContain('Redis is down');
  expect(lines).toEqual([]);
});

test.each([
  ['there is no', null],
  ['nothing can be read from the', '{"cut in ha'],
])('where %s snapshot nothing is drawn, and the error says so and how to get one', async (why, text) => {
  const { site, paths } = await workerSite();
  await rm(paths.snapshot);
  if (text !== null) await writeFile(paths.snapshot, text);
  await expect(site.render(never)).rejects.toMatchObject({
    code: 'E_SNAPSHOT',
    message: `The page cannot be drawn: ${why} snapshot ${paths.snapshot}`,
    hint: 'npm run job:heartbeat writes one.',
  });
});
