import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import backup, { judgeBackup } from '#holding/health/checks/backup.ts';
import { newestIn } from '#holding/health/host/newest.ts';
import type { Told } from '#holding/health/check.ts';
import { hour, inEnglish, noon, probesOf, stillClock, temporaryFolder } from '../../support/health.ts';

const { signal } = new AbortController();
const day = 24 * hour;

async function look(backups: string): Promise<Told> {
  return inEnglish(await backup.run({ probes: probesOf({ backups }), signal, clock: stillClock() }));
}

function write(path: string, ageMs: number, content = 'x'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, (noon - ageMs) / 1000, (noon - ageMs) / 1000);
}

test('where there never was a backup it is not set up, and a command that makes one waits for the owner', async () => {
  using folder = temporaryFolder();
  const told = await look(join(folder.path, 'backups'));
  expect(told).toMatchObject({ status: 'off', reason: 'No backup is made of the data folder' });
  expect(told.todo?.command).toMatch(/^npm run stop && mkdir -p .*backups && tar -czf /);
});

test('the newest of all counts, and is old after a day and a half, much too old after a week', async () => {
  using folder = temporaryFolder();
  const newest = join(folder.path, '2026-03-02.tgz');
  write(join(folder.path, '2026-02-02.tgz'), 29 * day);
  const aged = async (ms: number): Promise<string> => (write(newest, ms), (await look(folder.path)).status);
  expect([await aged(30 * hour), await aged(37 * hour), await aged(8 * day)]).toEqual(['ok', 'warn', 'fail']);
  write(newest, 30 * hour);
  expect((await look(folder.path)).reason).toBe('The newest is 30 h old');
});

test('a folder is as new as what lies in it, so that a repository of snapshots counts', async () => {
  using folder = temporaryFolder();
  write(join(folder.path, 'restic', 'snapshots', 'abc'), hour);
  expect(await newestIn(folder.path)).toBe(noon - hour);
});

test('an empty file, one that is under way and a link that leads nowhere are no backup', async () => {
  using folder = temporaryFolder();
  write(join(folder.path, 'empty.tgz'), hour, '');
  write(join(folder.path, '.half.tgz'), hour);
  symlinkSync('/nonexistent', join(folder.path, 'latest'));
  expect((await look(folder.path)).status).toBe('off');
});

test('one that is dated in the future says nothing', () => {
  expect(judgeBackup(noon + 3 * hour, noon, { backups: '/b', dataDir: '/d' }).status).toBe('unknown');
});

test('a folder with a space or a quote stands as one word in the command', () => {
  const { todo } = judgeBackup(null, noon, { backups: "/my data/it's", dataDir: '/my data' });
  expect(todo?.command).toContain(
    String.raw`-czf '/my data/it'\''s'/$(date +%F).tgz --exclude=./backups -C '/my data' .`,
  );
});
