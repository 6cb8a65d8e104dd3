import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFileChannel } from '#holding/health/alerts/file-channel.ts';
import type { Channel } from '#holding/health/alerts/deliver.ts';
import { alertOf, channelContract } from '../../contract/channel.ts';
import { hour, noon, stillClock, temporaryFolder } from '../../support/health.ts';

const signal = new AbortController().signal;

function channelIn(folder: string): Channel {
  return createFileChannel({ folder, timezone: 'Europe/Amsterdam', language: 'nl', clock: stillClock() });
}

channelContract({
  name: 'file',
  once: true,
  async open() {
    const temporary = temporaryFolder();
    const export_ = join(temporary.path, 'export');
    const folder = join(export_, 'alerts');
    return {
      channel: channelIn(folder),
      async arrived() {
        const names = await readdir(folder).catch(() => []);
        const byNumber = names.toSorted((one, other) => numberOf(one) - numberOf(other));
        return Promise.all(byNumber.map((name) => readFile(join(folder, name), 'utf8')));
      },
      // A file stands where the folder should be: nothing can be written, also by root.
      breakIt: () => writeFile(export_, ''),
      mend: () => rm(export_, { recursive: true }),
      [Symbol.asyncDispose]: async () => temporary[Symbol.dispose](),
    };
  },
});

function numberOf(name: string): number {
  return Number(/-(\d+)\.txt$/.exec(name)?.[1]);
}

test('an alert is a file of its own, readable by its owner alone, named by its time and number', async () => {
  using temporary = temporaryFolder();
  const folder = join(temporary.path, 'export', 'alerts');
  await channelIn(folder).deliver([alertOf(17)], signal);
  expect(await readdir(folder)).toEqual(['2026-03-03T12-00-00-000Z-17.txt']);
  const path = join(folder, '2026-03-03T12-00-00-000Z-17.txt');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readFile(path, 'utf8')).toBe('Disk 17 is down\n\nSince 13:00: it is full\n\n3 mrt 2026, 13:00:00\n');
});

test('halves of files that a dead process left behind are cleared away, young ones are not', async () => {
  using temporary = temporaryFolder();
  const folder = join(temporary.path, 'alerts');
  await mkdir(folder);
  for (const [name, age] of [
    ['old.tmp', 2 * hour],
    ['young.tmp', 0],
  ] as const) {
    await writeFile(join(folder, name), '');
    await utimes(join(folder, name), (noon - age) / 1000, (noon - age) / 1000);
  }
  await channelIn(folder).deliver([alertOf(1)], signal);
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual(['young.tmp']);
});

test('alerts older than the records keep them are cleared away, and nothing of the owner’s own', async () => {
  using temporary = temporaryFolder();
  const folder = join(temporary.path, 'alerts');
  await mkdir(folder);
  const dayOf = (daysAgo: number): string => new Date(noon - daysAgo * 24 * hour).toISOString().slice(0, 10);
  const told = [401, 399].map((daysAgo) => `${dayOf(daysAgo)}T12-00-00-000Z-1.txt`);
  for (const name of [...told, '2001-notes.txt']) await writeFile(join(folder, name), '');
  await channelIn(folder).deliver([alertOf(17)], signal);
  expect(await readdir(folder)).toEqual(expect.arrayContaining([told[1], '2001-notes.txt']));
  expect(await readdir(folder)).not.toContain(told[0]);
});
