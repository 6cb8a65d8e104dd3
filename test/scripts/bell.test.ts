import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '#lib/log.ts';
import { ringBell, watchBell } from '../../scripts/bell.ts';

let folder: string;
let bell: string;
let checks: string;
let stop: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omega-bell-'));
  await mkdir(join(folder, 'run'));
  bell = join(folder, 'run', 'bell');
  checks = join(folder, 'checks.yaml');
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true, force: true });
});

/** Waits for the next ring, and counts all of them. */
function listening(): { rings: number; next: () => Promise<void> } {
  let heard = Promise.withResolvers<void>();
  const ears = {
    rings: 0,
    next: async () => {
      await heard.promise;
      heard = Promise.withResolvers<void>();
    },
  };
  const onRing = (): void => {
    ears.rings += 1;
    heard.resolve();
  };
  watchBell({ files: [bell, checks], onRing, signal: stop.signal, log: silentLog });
  return ears;
}

test('it is heard when it is rung, the first time and again', async () => {
  const ears = listening();
  ringBell({ bell }, silentLog);
  await ears.next();
  ringBell({ bell }, silentLog);
  await ears.next();
  expect(ears.rings).toBe(2);
});

test('many at once are one', async () => {
  const ears = listening();
  for (let index = 0; index < 50; index += 1) ringBell({ bell }, silentLog);
  await ears.next();
  expect(ears.rings).toBe(1);
});

test('a file of checks that is written, or replaced by an editor, rings; another file does not', async () => {
  const ears = listening();
  await writeFile(join(folder, 'snapshot.json'), '{}');
  await writeFile(checks, 'checks: []\n');
  await ears.next();
  await writeFile(join(folder, 'checks.yaml~'), 'checks: [1]\n');
  await rename(join(folder, 'checks.yaml~'), checks);
  await ears.next();
  expect(ears.rings).toBe(2);
});

test('where nothing can be watched it stays still, and says so', async () => {
  const told: string[] = [];
  const log = { ...silentLog, warn: (words: string) => void told.push(words) };
  watchBell({ files: [join(folder, 'nowhere', 'bell')], onRing: () => {}, signal: stop.signal, log });
  expect(told).toEqual([expect.stringContaining('cannot be watched')]);
});
